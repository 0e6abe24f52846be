import Messages

/// What metadata may be.
enum MetadataRules {
    /// Why `entries` may not be sent or taken; nil when they may.
    static func problem(_ entries: [WireV1.MetadataEntry], _ limits: WireLimits) -> WireV1.Status? {
        if entries.isEmpty { return nil }
        // Sizes first: what is said of an entry below names its key.
        if entries.count > limits.maxMetadataEntries {
            return .init(
                code: .resourceExhausted,
                message: "metadata of \(entries.count) entries; \(limits.maxMetadataEntries) are allowed")
        }
        let bytes = entries.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + $1.binaryValue.count }
        if bytes > limits.maxMetadataBytes {
            return .init(
                code: .resourceExhausted, message: "metadata of \(bytes) bytes; \(limits.maxMetadataBytes) are allowed")
        }
        for entry in entries {
            guard !entry.key.isEmpty, entry.key.utf8.allSatisfy(isKeyByte) else {
                return .init(code: .invalidArgument, message: "a metadata key is lower-case ASCII: a-z 0-9 - _ .")
            }
            let name = entry.key.clipped(toUTF8: 128)
            let isBinary = entry.key.hasSuffix("-bin")
            if isBinary ? !entry.value.isEmpty : !entry.binaryValue.isEmpty {
                return .init(
                    code: .invalidArgument,
                    message: "metadata \"\(name)\": bytes belong under a key in -bin, text not")
            }
            guard entry.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                return .init(
                    code: .invalidArgument,
                    message: "metadata \"\(name)\" is not printable ASCII; use a key in -bin for other values")
            }
        }
        return nil
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
