import Messages

/// Names and values that travel beside a call's messages: an ordered list that may hold a key more than once.
///
/// Keys are lower-case ASCII letters, digits, `-`, `_` and `.`. A key that ends in `-bin` carries bytes, every other
/// key printable ASCII. Setting a value does not check; a call with metadata that breaks these rules is refused when it
/// is sent, with `.invalidArgument`.
public struct Metadata: ExpressibleByDictionaryLiteral, RandomAccessCollection, Hashable, Sendable {
    /// One value: text, or bytes under a key that ends in `-bin`.
    public enum Content: Hashable, Sendable {
        case text(String)
        case binary([UInt8])
    }

    /// One name and value.
    public struct Entry: Hashable, Sendable {
        public var key: String
        public var content: Content

        public init(key: String, content: Content) {
            self.key = key
            self.content = content
        }
    }

    private var entries: [Entry]

    public init() { entries = [] }

    public init(dictionaryLiteral elements: (String, String)...) {
        entries = elements.map { Entry(key: $0.0, content: .text($0.1)) }
    }

    public init(_ entries: some Sequence<Entry>) {
        self.entries = Array(entries)
    }

    public var startIndex: Int { entries.startIndex }
    public var endIndex: Int { entries.endIndex }
    public subscript(position: Int) -> Entry { entries[position] }

    /// The first text under `key`. Setting replaces every value of the key; nil removes them.
    public subscript(key: String) -> String? {
        get {
            for entry in entries where entry.key == key {
                if case .text(let text) = entry.content { return text }
            }
            return nil
        }
        set {
            entries.removeAll { $0.key == key }
            if let newValue { append(newValue, for: key) }
        }
    }

    /// The first bytes under `key`, which ends in `-bin`. Setting replaces every value of the key; nil removes them.
    public subscript(binary key: String) -> [UInt8]? {
        get {
            for entry in entries where entry.key == key {
                if case .binary(let bytes) = entry.content { return bytes }
            }
            return nil
        }
        set {
            entries.removeAll { $0.key == key }
            if let newValue { append(newValue, for: key) }
        }
    }

    /// Every value under `key`, in order.
    public func values(for key: String) -> [Content] {
        entries.filter { $0.key == key }.map(\.content)
    }

    /// Adds a text, keeping those already under `key`.
    public mutating func append(_ text: String, for key: String) {
        entries.append(Entry(key: key, content: .text(text)))
    }

    /// Adds an entry, keeping those already under its key.
    public mutating func append(_ entry: Entry) {
        entries.append(entry)
    }

    /// Adds bytes under `key`, which ends in `-bin`, keeping those already there.
    public mutating func append(_ bytes: [UInt8], for key: String) {
        entries.append(Entry(key: key, content: .binary(bytes)))
    }
}

extension Metadata {
    init(_ wire: [WireV1.MetadataEntry]) {
        self.init(
            wire.map { entry in
                Entry(
                    key: entry.key,
                    content: entry.key.hasSuffix("-bin") ? .binary(entry.binaryValue) : .text(entry.value))
            })
    }

    var wire: [WireV1.MetadataEntry] {
        map { entry in
            switch entry.content {
            case .text(let text): WireV1.MetadataEntry(key: entry.key, value: text)
            case .binary(let bytes): WireV1.MetadataEntry(key: entry.key, binaryValue: bytes)
            }
        }
    }
}
