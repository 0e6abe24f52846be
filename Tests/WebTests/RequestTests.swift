import Hummingbird
import Testing

@testable import Web

@Suite("Requests on their way in")
struct RequestTests {
    @Test("a body that comes too slowly is refused, and one that comes in time is not")
    func slowBody() async throws {
        var limits = WebLimits()
        limits.bodyTimeout = .milliseconds(300)
        let readLimits = limits
        try await TestServer.run(limits: limits) { router in
            router.post("echo") { request, _ in
                var fields = try await request.fields(limits: readLimits)
                let text = fields.text("text", required: true, maximum: 100)
                try fields.finish()
                return text
            }
        } _: { server in
            let head =
                "POST /echo HTTP/1.1\r\nHost: mall\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n"
            let late = try await Peer.connect(port: server.port)
            try await late.send(head + #"{"text""#)
            let answer = String(decoding: try await late.rest(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("urn:mallbots:problem:request-timeout"))

            let prompt = try await Peer.connect(port: server.port)
            for _ in 0..<3 {
                try await prompt.send(head + #"{"text""#)
                try await Task.sleep(for: .milliseconds(50))
                try await prompt.send(#":"ab"}"#)
                _ = try await prompt.text { $0.hasSuffix("ab") }
                try await Task.sleep(for: .milliseconds(300))
            }
            try await prompt.close()
        }
    }

    @Test(
        "what is no HTTP is answered, and the connection ends",
        arguments: [
            "nonsense\r\n\r\n", "GET / HTTP/9.9\r\nHost: mall\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: mall\r\nBad Name: x\r\n\r\n",
        ])
    func garbage(text: String) async throws {
        try await TestServer.run { _ in
        } _: { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(text)
            let began = ContinuousClock.now
            #expect(String(decoding: try await peer.rest(), as: UTF8.self).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(ContinuousClock.now - began < .seconds(5))
        }
    }

    @Test("after a request for another protocol the connection ends with its answer")
    func otherUpgrade() async throws {
        try await TestServer.run {
            $0.get("plain") { _, _ in "plain" }
        } _: { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(
                "GET /plain HTTP/1.1\r\nHost: mall\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n")
            let answer = String(decoding: try await peer.rest(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.lowercased().contains("connection: close\r\n"))
            #expect(answer.hasSuffix("plain"))
        }
    }
}
