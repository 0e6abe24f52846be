import Foundation
import HTTPTypes

/// What a request for a WebSocket must be (RFC 6455, section 4.2.1), and what it is told when it is not.
enum WebSocketHandshake {
    static let version = "13"

    /// Whether a request asks for another protocol on its connection; after it no other request is understood there.
    static func asksForUpgrade(_ head: HTTPRequest) -> Bool { head.headerFields[.upgrade] != nil }

    /// - Throws: a `Problem` with what is wrong first
    static func check(_ head: HTTPRequest, subprotocol: String?) throws(Problem) {
        let fields = head.headerFields
        guard tokens(fields[values: .upgrade]).contains("websocket"),
            tokens(fields[values: .connection]).contains("upgrade")
        else { throw .noUpgrade }
        guard fields[values: .secWebSocketVersion] == [version] else { throw .webSocketVersion }
        let keys = fields[values: .secWebSocketKey]
        guard keys.count == 1, Data(base64Encoded: keys[0])?.count == 16 else { throw .webSocketKey }
        guard fields[.transferEncoding] == nil, (fields[.contentLength] ?? "0") == "0" else {
            throw .webSocketBody
        }
        if let subprotocol, !list(fields[values: .secWebSocketProtocol]).contains(subprotocol) {
            throw .webSocketSubprotocol(subprotocol)
        }
    }

    private static func tokens(_ values: [String]) -> [String] { list(values).map { $0.lowercased() } }

    private static func list(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
    }
}

extension Problem {
    static let noUpgrade = Problem(
        kind: "upgrade-required", status: .upgradeRequired, title: "This path is a WebSocket",
        detail: "Ask for it with GET, 'Connection: Upgrade' and 'Upgrade: websocket', as RFC 6455 has it.",
        headers: [.upgrade: "websocket"])

    static let webSocketVersion = Problem(
        kind: "websocket-version", status: .upgradeRequired, title: "Another version of WebSocket is needed",
        detail: "Send 'Sec-WebSocket-Version: \(WebSocketHandshake.version)', once.",
        headers: [.upgrade: "websocket", .secWebSocketVersion: WebSocketHandshake.version])

    static let webSocketKey = Problem(
        kind: "websocket-key", status: .badRequest, title: "The WebSocket's key is missing or wrong",
        detail: "Send 'Sec-WebSocket-Key', once, with 16 random bytes in base64.")

    static let webSocketBody = Problem(
        kind: "websocket-body", status: .badRequest, title: "A request for a WebSocket has no body",
        detail: "Send the request without Content-Length and Transfer-Encoding.")

    static func webSocketSubprotocol(_ name: String) -> Problem {
        Problem(
            kind: "websocket-subprotocol", status: .badRequest, title: "The WebSocket's subprotocol is not offered",
            detail: "This path speaks '\(name)'; offer it in 'Sec-WebSocket-Protocol'.")
    }

    static let lateUpgrade = Problem(
        kind: "late-upgrade", status: .conflict, title: "This connection is for requests",
        detail: "It has served requests before; open a new connection for the WebSocket, and ask for it first.")

    static let earlyBytes = Problem(
        kind: "early-bytes", status: .badRequest, title: "Something came before the WebSocket was there",
        detail: "Wait for the answer to the request for a WebSocket before sending anything else.")
}

extension HTTPResponse.Status {
    static var upgradeRequired: HTTPResponse.Status { HTTPResponse.Status(code: 426, reasonPhrase: "Upgrade Required") }
}
