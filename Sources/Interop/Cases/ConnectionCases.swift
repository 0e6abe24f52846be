import APIs
import Messages
import Wire

extension InteropCase {
    /// What becomes of connections.
    static let connections = [
        InteropCase("ping", "each side answers the other's pings", run: ping),
        InteropCase("goaway", "open calls go on, new ones go elsewhere", fault: .goAway, run: goAway),
    ]
}

private func ping(_ run: InteropRun) async throws {
    let serverPings = (1...2_000).contains(try run.hello.keepaliveMs)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await run.withClient {
                $0.limits.keepalive = .milliseconds(200)
                $0.limits.keepaliveTimeout = .seconds(1)
            } _: { client in
                try await Task.sleep(for: .seconds(2))
                try await client.checkStillWorks()
            }
        }
        if serverPings {
            group.addTask {
                try await run.withClient {
                    $0.limits.keepalive = .zero
                } _: { client in
                    try await Task.sleep(for: .seconds(5))
                    try await client.checkStillWorks()
                }
            }
        }
        try await group.waitForAll()
    }
}

private func goAway(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await client.api.fullDuplexCall(context: CallContext()) { inbound, outbound in
            try await outbound.put(.init(answers: [.init(bytes: 9)]))
            try await inbound.checkNext(bytes: 9, "the answer before the GoAway")
            let answer = try await client.api.unaryCall(
                .init(answerBytes: 9), context: CallContext(metadata: InteropFault.goAway.metadata))
            try answer.payload.check(bytes: 9, "the answer behind the GoAway")
            _ = try await client.api.emptyCall(.init(), context: CallContext(waitForReady: true))
            try check(client.log.hellos.count == 2, "a new call went over the connection that takes no new calls")
            try await outbound.put(.init(answers: [.init(bytes: 9)]))
            try await inbound.checkNext(bytes: 9, "the answer on the stream that was open")
            outbound.finish()
            try await inbound.checkEnd("the stream that was open")
        }
        try check(client.log.hellos.count == 2, "there were \(client.log.hellos.count) connections, not 2")
    }
}
