@testable import Web

/// Frames as a client writes them.
enum Frames {
    static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    static func text(_ text: String, isLast: Bool = true) -> [UInt8] {
        frame(isLast ? 0x81 : 0x01, Array(text.utf8))
    }

    static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        frame(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    static func ping(_ text: String = "") -> [UInt8] { frame(0x89, Array(text.utf8)) }

    /// - Parameters:
    ///   - first: the head's first byte
    ///   - mask: nil: unmasked, as a server writes
    static func frame(_ first: UInt8, _ payload: [UInt8], mask: [UInt8]? = mask) -> [UInt8] {
        let bit: UInt8 = mask == nil ? 0 : 0x80
        var bytes = [first]
        switch payload.count {
        case 0...125: bytes.append(bit | UInt8(payload.count))
        case 126...65_535: bytes += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(bit | 127)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        }
        guard let mask else { return bytes + payload }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }
}

extension WebSocketMachine {
    mutating func receive(_ bytes: [UInt8], second: Int64 = 0) -> [Action] {
        bytes.withUnsafeBytes { receive($0, second: second) }
    }

    /// In pieces of so many bytes.
    mutating func receive(_ bytes: [UInt8], pieces: Int) -> [Action] {
        stride(from: 0, to: bytes.count, by: pieces).flatMap { receive(Array(bytes[$0...].prefix(pieces))) }
    }
}

extension WebSocketMachine.Action {
    static func sendClose(_ code: UInt16) -> Self { .sendClose([UInt8(code >> 8), UInt8(code & 0xFF)]) }

    /// Without a close's reason, which is for people.
    var withoutReason: Self {
        if case .sendClose(let payload) = self { .sendClose(Array(payload.prefix(2))) } else { self }
    }
}
