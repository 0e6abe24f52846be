/// Why a WebSocket ends: a code of RFC 6455, section 7.4, and a reason for people.
package struct WebSocketClose: Hashable, Sendable {
    package var code: UInt16
    /// At most 123 bytes go on the wire.
    package var reason: String

    package init(_ code: UInt16, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }

    package static let normal: UInt16 = 1_000
    package static let goingAway: UInt16 = 1_001
    package static let protocolError: UInt16 = 1_002
    package static let unsupportedData: UInt16 = 1_003
    package static let invalidText: UInt16 = 1_007
    package static let policyViolation: UInt16 = 1_008
    package static let tooLarge: UInt16 = 1_009

    /// Whether a peer may say it: those of the RFC and its registry that go on the wire, libraries' and private ones.
    static func isAllowed(_ code: UInt16) -> Bool {
        switch code {
        case 1_000...1_003, 1_007...1_014, 3_000...4_999: true
        default: false
        }
    }

    /// A close frame's payload.
    var payload: [UInt8] {
        var text = Array(reason.utf8.prefix(123))
        // Whole characters only.
        while !text.isEmpty, String(validating: text, as: UTF8.self) == nil { text.removeLast() }
        return [UInt8(code >> 8), UInt8(code & 0xFF)] + text
    }
}
