import CMessages

@testable import Messages

/// Every generated message: decoding, encoding and printing, with limits.
///
/// Input: 3 bytes that choose the message by its name, 2 that choose limits, then the message's bytes.
enum MessageTarget {
    /// The messages by the first 3 bytes of an input. Names decide, so that an input means the same message when others
    /// come or go.
    private static let byKey = Dictionary(
        everyMessage.map { (key($0.protobufName), $0) }, uniquingKeysWith: { first, _ in first })

    static var distinctKeys: Int { byKey.count }

    /// FNV-1a, folded to 24 bits.
    static func key(_ name: String) -> UInt32 {
        let hash = name.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return (hash >> 24) ^ (hash & 0xFF_FFFF)
    }

    static func run(_ input: UnsafeRawBufferPointer) throws {
        var reader = FuzzReader(input)
        let key = UInt32(reader.byte()) << 16 | UInt32(reader.byte()) << 8 | UInt32(reader.byte())
        let type = byKey[key] ?? everyMessage[Int(key) % everyMessage.count]
        let tight = DecodingLimits(fields: Int(reader.byte()), memory: Int(reader.byte()) * 32)
        try check(type, bytes: reader.all(), tight)
    }

    private static func check<M: Message>(
        _ type: M.Type, bytes: UnsafeRawBufferPointer, _ tight: DecodingLimits
    ) throws {
        let name = M.protobufName
        let result = decoded(type, bytes, .default)
        try agreesWithPrepass(result, bytes)
        try agreesWithProtobufC(result, bytes)
        let limited = decoded(type, bytes, tight)
        guard case .success(let message) = result else {
            if case .success = limited { throw FuzzFinding(description: "\(name): tight limits let more through") }
            return
        }
        let encoded = message.protobuf()
        try always(message.withProtobuf { $0.elementsEqual(encoded) }, "\(name): two encodings")
        // Compared as bytes, since a NaN is not equal to itself.
        guard let again = try? M(protobuf: encoded) else {
            throw FuzzFinding(description: "\(name): cannot read what it wrote: \(encoded)")
        }
        try always(again.protobuf() == encoded, "\(name): \(encoded) reads as \(again)")
        let json = message.json()
        try always(json.first == "{" && json.last == "}", "\(name): \(json)")
        switch limited {
        case .success(let other): try always(other.protobuf() == encoded, "\(name): limits change the value")
        case .failure(let error):
            try always(
                error.reason == .tooManyFields || error.reason == .tooMuchMemory, "\(name): under limits \(error)")
        }
    }

    /// What the pass before unpacking lets through, protobuf-c unpacks.
    private static func agreesWithPrepass<M: Message>(
        _ result: Result<M, DecodingError>, _ bytes: UnsafeRawBufferPointer
    ) throws {
        guard case .failure(let error) = result, error.reason != .invalidUTF8, error.reason != .tooMuchMemory else {
            return
        }
        var prepass = Prepass(fields: DecodingLimits.default.fields)
        let descriptor = M._descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
        if (try? prepass.check(bytes, as: descriptor)) == nil { return }
        throw FuzzFinding(description: "only protobuf-c refuses this \(M.protobufName): \(error)")
    }

    /// What is unpacked directly means the same to protobuf-c.
    private static func agreesWithProtobufC<M: Message>(
        _ result: Result<M, DecodingError>, _ bytes: UnsafeRawBufferPointer
    ) throws {
        switch (result, decoded(M.self, bytes, .withoutDirectUnpacking)) {
        case (.success(let one), .success(let other)):
            try always(one.protobuf() == other.protobuf(), "read directly \(one), by protobuf-c \(other)")
        case (.failure(let one), .failure(let other)): try always(one == other, "\(one) against \(other)")
        case (.success(let one), .failure(let other)):
            try always(other.reason == .tooMuchMemory, "read directly \(one), by protobuf-c \(other)")
        case (.failure(let one), .success(let other)):
            throw FuzzFinding(description: "read by protobuf-c \(other), directly \(one)")
        }
    }

    private static func decoded<M: Message>(
        _ type: M.Type, _ bytes: UnsafeRawBufferPointer, _ limits: DecodingLimits
    ) -> Result<M, DecodingError> {
        do throws(DecodingError) {
            return .success(try M(protobuf: bytes, limits: limits))
        } catch {
            return .failure(error)
        }
    }
}
