import Logging
import Messages
import NIOCore
import Testing

@testable import Wire

/// More calls at once than a connection has room for.
@Suite struct ManyCallsTests {
    /// Each call that ends lets one begin, at a cost that does not depend on how many wait.
    @Test(.timeLimit(.minutes(1))) func thousandsWaitForOneStream() async throws {
        var limits = WireLimits()
        limits.maxStreams = 1
        let answered = try await Lab().withClient(over: .memory, limits: limits) { client in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        let text = Lab.Text(key: "\(number)")
                        return try await client.unary("/test.Lab/Echo", text, context: .init()) == text
                    }
                }
                return try await group.reduce(0) { $1 ? $0 + 1 : $0 }
            }
        }
        #expect(answered == 10_000)
    }

    /// Calls wait in the order in which they were made, those made later and with room behind them.
    @Test func callsBeginInTheirOrder() async throws {
        var limits = WireLimits()
        limits.maxStreams = 1
        let lab = Lab()
        try await lab.withClient(over: .memory, limits: limits) { client in
            let first = Task {
                try await client.unary("/test.Lab/Hang", Lab.Text(), context: .init(), response: Lab.Text.self)
            }
            try await eventually("the first call has begun") { lab.seen.started == 1 }
            var calls: [Task<Lab.Text, any Error>] = []
            for number in 0..<20 {
                calls.append(
                    Task {
                        try await client.unary(
                            "/test.Lab/Echo", Lab.Text(key: "\(number)"),
                            context: .init(metadata: ["x-number": "\(number)"]))
                    })
                try await eventually("call \(number) waits") {
                    try await client.eventLoop.submit { client.waiting.count }.get() == number + 1
                }
            }
            first.cancel()
            for call in calls { _ = try await call.value }
        }
        #expect(lab.seen.contexts.compactMap { $0.metadata["x-number"] } == (0..<20).map(String.init))
    }
}
