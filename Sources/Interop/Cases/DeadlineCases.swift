import APIs
import Messages
import Wire

extension InteropCase {
    /// Calls that take longer than their caller waits.
    static let deadlines = [
        InteropCase(
            "timeout_on_sleeping_server", "a server that does not answer in time", run: timeoutOnSleepingServer),
        InteropCase("timeout_before_start", "a deadline that has passed already", run: timeoutBeforeStart),
    ]
}

private let timeout = Duration.milliseconds(200)

private func timeoutOnSleepingServer(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await checkTimeout("UnaryCall") {
            _ = try await client.api.unaryCall(.init(delayMs: 10_000), context: CallContext(timeout: timeout))
        }
        try await checkTimeout("FullDuplexCall") {
            try await client.api.fullDuplexCall(context: CallContext(timeout: timeout)) { inbound, outbound in
                try await outbound.put(
                    .init(answers: [.init(bytes: 9, intervalUs: 10_000_000)], payload: .zeros(Sizes.requests[0])))
                try await inbound.checkEnd("FullDuplexCall")
            }
        }
        try await client.checkStillWorks()
    }
}

private func checkTimeout(_ what: String, _ body: () async throws -> Void) async throws {
    let begin = ContinuousClock.now
    try await ending(body).check(.deadlineExceeded, nil, what)
    let milliseconds = Int((ContinuousClock.now - begin) / .milliseconds(1))
    try check(
        (200...2_000).contains(milliseconds), "\(what), with a deadline of 200 ms, ended after \(milliseconds) ms")
}

private func timeoutBeforeStart(_ run: InteropRun) async throws {
    try await run.withClient { client in
        // If it reached a server that knows this fault, the connection would be gone.
        let context = CallContext(timeout: .milliseconds(-1), metadata: InteropFault.cut.metadata)
        try await ending { _ = try await client.api.unaryCall(.init(), context: context) }
            .check(.deadlineExceeded, nil, "a call whose deadline has passed")
        try await client.checkStillWorks()
    }
}
