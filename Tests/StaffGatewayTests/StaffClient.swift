import Foundation
import NIOCore
import NIOPosix

/// A browser of few lines: it keeps a cookie, and tests see what was answered, byte for byte.
struct StaffClient: Sendable {
    let port: Int
    /// What the browser sends as its cookie; nil before it has one.
    var cookie: String?

    struct Reply {
        var status: Int
        var headers: [String: String]
        var body: String

        /// The body's fields; empty when it is no JSON object.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }

        func text(_ field: String) -> String { json[field] as? String ?? "" }

        func list(_ field: String) -> [[String: Any]] { json[field] as? [[String: Any]] ?? [] }

        /// The names in a problem document's `errors`.
        var wrongFields: [String] { list("errors").compactMap { $0["field"] as? String } }

        /// The last part of a problem document's type.
        var problem: String { String(text("type").split(separator: ":").last ?? "") }

        /// The cookie that the browser is to keep, without its attributes; nil when there is none.
        var cookie: String? { headers["set-cookie"]?.split(separator: ";").first.map(String.init) }
    }

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Reply {
        try await request("GET", path, headers: headers)
    }

    func post(_ path: String, _ body: String = "", key: String? = nil) async throws -> Reply {
        try await request("POST", path, headers: key.map { ["Idempotency-Key": $0] } ?? [:], body: body)
    }

    func patch(_ path: String, _ body: String) async throws -> Reply { try await request("PATCH", path, body: body) }

    func delete(_ path: String) async throws -> Reply { try await request("DELETE", path) }

    func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) async throws -> Reply {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        lines.append("Content-Length: \(body.utf8.count)")
        if !body.isEmpty { lines.append("Content-Type: application/json") }
        if let cookie { lines.append("Cookie: theme=dark; \(cookie)") }
        lines += headers.map { "\($0.key): \($0.value)" }
        return try Self.parse(try await exchange(lines.joined(separator: "\r\n") + "\r\n\r\n" + body))
    }

    /// Sends bytes and reads until the server closes.
    private func exchange(_ bytes: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let watchdog = channel.channel.eventLoop.scheduleTask(in: .seconds(15)) {
            channel.channel.close(promise: nil)
        }
        defer { watchdog.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: bytes))
            var received = ByteBuffer()
            for try await var part in inbound { received.writeBuffer(&part) }
            return String(buffer: received)
        }
    }

    private static func parse(_ text: String) throws -> Reply {
        guard let end = text.range(of: "\r\n\r\n") else { throw NoReply(text: text) }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw NoReply(text: text)
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return Reply(status: status, headers: headers, body: String(text[end.upperBound...]))
    }

    struct NoReply: Error { var text: String }
}
