/// The fields of a serialized protobuf message, by number.
///
/// For descriptors, which contain themselves and so have no generated code here.
struct RawMessage {
    private enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    /// Nothing in a schema is nested deeper than this.
    static let deepest = 32

    private var fields: [(number: UInt64, value: Value)] = []
    private let depth: Int

    /// - Throws: `Failure` when the bytes are not a protobuf message.
    init(_ bytes: [UInt8]) throws { try self.init(bytes[...], depth: 0) }

    private init(_ bytes: ArraySlice<UInt8>, depth: Int) throws {
        guard depth < Self.deepest else { throw Self.damaged }
        self.depth = depth
        var rest = bytes
        while !rest.isEmpty {
            let tag = try Self.varint(&rest)
            switch tag & 7 {
            case 0: fields.append((tag >> 3, .number(try Self.varint(&rest))))
            case 1: _ = try Self.take(8, from: &rest)
            case 2: fields.append((tag >> 3, .bytes(try Self.take(Self.varint(&rest), from: &rest))))
            case 5: _ = try Self.take(4, from: &rest)
            default: throw Self.damaged
            }
        }
    }

    /// The last value of a number's field; 0 when there is none.
    func number(_ field: UInt64) -> UInt64 {
        for case (field, .number(let value)) in fields.reversed() { return value }
        return 0
    }

    /// The same, nil when there is none.
    func optionalNumber(_ field: UInt64) -> UInt64? {
        for case (field, .number(let value)) in fields.reversed() { return value }
        return nil
    }

    func strings(_ field: UInt64) -> [String] { slices(field).map { String(decoding: $0, as: UTF8.self) } }
    func string(_ field: UInt64) -> String { strings(field).last ?? "" }
    func messages(_ field: UInt64) throws -> [RawMessage] {
        try slices(field).map { try RawMessage($0, depth: depth + 1) }
    }

    /// Numbers in either encoding, packed or not.
    func numbers(_ field: UInt64) throws -> [UInt64] {
        var numbers: [UInt64] = []
        for case (field, let value) in fields {
            switch value {
            case .number(let number): numbers.append(number)
            case .bytes(var packed): while !packed.isEmpty { numbers.append(try Self.varint(&packed)) }
            }
        }
        return numbers
    }

    private func slices(_ field: UInt64) -> [ArraySlice<UInt8>] {
        fields.compactMap { if case (field, .bytes(let bytes)) = $0 { bytes } else { nil } }
    }

    private static let damaged = Failure("the server sent a descriptor that cannot be read")

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw damaged }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw damaged
    }

    private static func take(_ count: UInt64, from rest: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else { throw damaged }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }
}
