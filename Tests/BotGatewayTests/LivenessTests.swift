import APIs
import BotGateway
import Messages
import Testing
import Wire

/// What the depot is told of who is alive.
@Suite(.timeLimit(.minutes(1))) struct LivenessTests {
    /// A depot that notes what it is told; it can be out of reach.
    private struct Listener: LivenessAPI {
        let batches = Shared<[[String]]>([])
        let isDown = Shared(false)

        func reportAlive(
            _ request: DepotV1.ReportAliveRequest, context: CallContext
        ) async throws -> DepotV1.ReportAliveResponse {
            if isDown.withLock({ $0 }) { throw WireStatus(.unavailable, "down") }
            batches.withLock { $0.append(request.bots.map(\.botID)) }
            return DepotV1.ReportAliveResponse()
        }

        var count: Int { batches.withLock(\.count) }
    }

    private static let limits = GatewayLimits(aliveInterval: .milliseconds(20))

    @Test func anyMessageIsASignOfLifeOnce() async throws {
        let mall = try TestMall()
        let listener = Listener()
        try await mall.open {
            try await mall.serve(limits: Self.limits, liveness: listener) { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                        try await outbound.send(.hello("b-1"))
                        _ = try await inbound.next()
                        try await eventually("hello is heard") { listener.count == 1 }
                        // It says nothing: nothing is said of it, however long it is connected.
                        try await Task.sleep(for: .milliseconds(100))
                        #expect(listener.count == 1)
                        // A message with no body will do.
                        try await outbound.send(BotsV1.FromBot())
                        try await eventually("it is heard again") { listener.count == 2 }
                        // What cannot be told is not told later.
                        listener.isDown.withLock { $0 = true }
                        try await outbound.send(.report(1))
                        try await eventually("the report is on disk") { try mall.reports() == [1] }
                        try await Task.sleep(for: .milliseconds(60))
                        listener.isDown.withLock { $0 = false }
                        try await Task.sleep(for: .milliseconds(60))
                        #expect(listener.count == 2)
                    }
                }
            }
        }
        #expect(listener.batches.withLock { $0 } == [["b-1"], ["b-1"]])
    }

    @Test func whatARobotSaidLastIsHeardThoughItIsGone() async throws {
        let mall = try TestMall()
        let listener = Listener()
        try await mall.open {
            try await mall.serve(
                limits: GatewayLimits(aliveInterval: .milliseconds(300)), liveness: listener
            ) { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                        try await outbound.send(.hello("b-1"))
                        _ = try await inbound.next()
                    }
                    try await eventually("the session is over") { gateway.liveBotIDs.isEmpty }
                    #expect(listener.count == 0)
                    try await eventually("it was heard") { listener.count == 1 }
                }
            }
        }
    }
}
