import Foundation
import NIOCore
import NIOPosix

/// An HTTP client of few lines, so that tests see the bytes as they come and may send what no proper client would.
struct TestClient: Sendable {
    let port: Int

    struct Reply {
        var status: Int
        var headers: [String: String]
        var body: String

        /// The body's fields; empty when it is no JSON object.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }

        func text(_ field: String) -> String { json[field] as? String ?? "" }

        /// The names in a problem document's `errors`.
        var wrongFields: [String] {
            (json["errors"] as? [[String: Any]] ?? []).compactMap { $0["field"] as? String }
        }

        /// The last part of a problem document's type.
        var problem: String { String(text("type").split(separator: ":").last ?? "") }
    }

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Reply {
        try await request("GET", path, headers: headers)
    }

    func post(_ path: String, _ body: String = "", key: String? = nil) async throws -> Reply {
        var headers = body.isEmpty ? [:] : ["Content-Type": "application/json"]
        headers["Idempotency-Key"] = key
        return try await request("POST", path, headers: headers, body: body)
    }

    func delete(_ path: String) async throws -> Reply { try await request("DELETE", path) }

    func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) async throws -> Reply {
        let text = try await exchange(head(method, path, headers, length: body.utf8.count) + body)
        return try Self.parse(text)
    }

    func head(_ method: String, _ path: String, _ headers: [String: String], length: Int?) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        if let length { lines.append("Content-Length: \(length)") }
        lines += headers.map { "\($0.key): \($0.value)" }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// Sends bytes and reads until the server closes, or until `isEnough` of what has come.
    func exchange(_ bytes: String, until isEnough: @Sendable (String) -> Bool = { _ in false }) async throws -> String {
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
            for try await var part in inbound {
                received.writeBuffer(&part)
                if isEnough(String(buffer: received)) { break }
            }
            return String(buffer: received)
        }
    }

    static func parse(_ text: String) throws -> Reply {
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
