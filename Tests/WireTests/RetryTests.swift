import Logging
import Messages
import Testing

@testable import Wire

/// What a caller learns of why it has to wait.
@Suite struct RetryTests {
    typealias Text = WireV1.MetadataEntry

    @Test(
        arguments: [
            ("0", .zero), ("1500", .milliseconds(1_500)), ("4000000000", .seconds(86_400)), ("-1", nil), ("soon", nil),
            ("", nil), ("99999999999", nil),
        ] as [(String, Duration?)])
    func aDelayIsReadWithCare(text: String, delay: Duration?) {
        let status = WireStatus(.resourceExhausted, "", metadata: ["retry-after-ms": text])
        #expect(status.retryAfter == delay)
    }

    @Test func aDelayIsWrittenInMilliseconds() {
        var status = WireStatus(.resourceExhausted, "full", retryAfter: .seconds(2.5))
        #expect(status.metadata["retry-after-ms"] == "2500")
        #expect(status.retryAfter == .milliseconds(2_500))
        status.retryAfter = .seconds(-1)
        #expect(status.retryAfter == .zero)
        status.retryAfter = nil
        #expect(status.metadata.isEmpty && status.retryAfter == nil)
    }

    @Test(arguments: Carrier.allCases)
    func aDelayReachesTheCaller(_ carrier: Carrier) async throws {
        let lab = Lab(adding: {
            $0.register(unary: "/test.Lab/Busy") { (_: Text, _) -> Text in
                throw WireStatus(.resourceExhausted, "busy", retryAfter: .milliseconds(1_250))
            }
        })
        try await lab.withClient(over: carrier) { client in
            let status = await #expect(throws: WireStatus.self) {
                _ = try await client.unary("/test.Lab/Busy", Text(), context: CallContext(), response: Text.self)
            }
            #expect(status?.code == .resourceExhausted && status?.retryAfter == .milliseconds(1_250))
        }
    }

    @Test func aCallThatWaitsIsToldWhyItWaits() async throws {
        // Nobody listens there.
        var backoff = WireBackoff()
        backoff.initial = .milliseconds(5)
        var configuration = WireClient.Configuration(plaintextHost: "127.0.0.1", port: 1)
        configuration.backoff = backoff
        let client = WireClient(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let reasons = Box<[String]>([])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await client.run() }
            var context = CallContext(timeout: .milliseconds(500), waitForReady: true)
            context.notReady = { reason in reasons.change { $0.append(reason) } }
            let status = await #expect(throws: WireStatus.self) {
                _ = try await client.unary("/test.Lab/Echo", Text(), context: context, response: Text.self)
            }
            #expect(status?.code == .deadlineExceeded)
            group.cancelAll()
        }
        #expect(reasons.value.count >= 2)
        #expect(reasons.value.allSatisfy { $0.contains("127.0.0.1:1") }, "\(reasons.value)")
    }

    @Test func lagIsTheLatestOrMostOfWhatItWas() {
        let lag = LoopLag()
        lag.note(late: 80_000_000)
        #expect(lag.now == .milliseconds(80))
        lag.note(late: 0)
        #expect(lag.now == .milliseconds(60))
        lag.note(late: 70_000_000)
        #expect(lag.now == .milliseconds(70))
        for _ in 0..<100 { lag.note(late: 0) }
        #expect(lag.now < .milliseconds(1))
    }
}
