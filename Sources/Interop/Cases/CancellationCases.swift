import APIs
import Messages
import Wire

extension InteropCase {
    /// Calls that their caller gives up.
    static let cancellation = [
        InteropCase("cancel_before_start", "a call cancelled while it waits to begin", run: cancelBeforeStart),
        InteropCase("cancel_after_begin", "a call cancelled before its first message", run: cancelAfterBegin),
        InteropCase(
            "cancel_after_first_response", "a call cancelled behind its first answer", run: cancelAfterFirstResponse),
    ]
}

private func cancelBeforeStart(_ run: InteropRun) async throws {
    let streams = try run.fillableStreams
    try await run.withClient { client in
        try await client.holding(streams) { _ in
            // If it reached a server that knows this fault, the connection would be gone.
            let context = CallContext(metadata: InteropFault.cut.metadata)
            let call = Task { try await client.api.unaryCall(.init(), context: context) }
            try await Task.sleep(for: .milliseconds(100))
            let cancelled = ContinuousClock.now
            call.cancel()
            try await ending { _ = try await call.value }.check(.cancelled, nil, "the cancelled call")
            let seconds = (ContinuousClock.now - cancelled) / .seconds(1)
            try check(seconds < 1, "the cancelled call ended only after \(seconds) s")
        }
        try await client.checkStillWorks()
    }
}

private func cancelAfterBegin(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
        let call = Task {
            try await client.wire.call(
                "/mallbots.interop.v1.InteropService/StreamingInputCall", context: CallContext(),
                request: InteropV1.StreamingInputRequest.self, response: InteropV1.StreamingInputResponse.self
            ) { inbound, _ in
                hasBegun.finish()
                _ = try await inbound.next()
            }
        }
        for await _ in begun {}
        call.cancel()
        try await ending { try await call.value }.check(.cancelled, nil, "the cancelled call")
        try await client.checkStillWorks()
    }
}

private func cancelAfterFirstResponse(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let (answered, hasAnswered) = AsyncStream.makeStream(of: Void.self)
        let call = Task {
            defer { hasAnswered.finish() }
            try await client.api.fullDuplexCall(context: CallContext()) { inbound, outbound in
                try await outbound.put(Sizes.conversation[0])
                try await inbound.checkNext(bytes: Int(Sizes.answers[0]), "the first answer")
                hasAnswered.finish()
                try await inbound.checkEnd("the cancelled call")
            }
        }
        for await _ in answered {}
        call.cancel()
        try await ending { try await call.value }.check(.cancelled, nil, "the cancelled call")
        try await client.checkStillWorks()
    }
}

extension InteropRun {
    /// How many calls fill the server's connection.
    /// - Throws: `CaseSkipped` when that is too many to try.
    var fillableStreams: Int {
        get throws {
            let streams = try hello.streams
            guard streams <= 1_000 else { throw CaseSkipped(why: "the server takes \(streams) calls at once") }
            return streams
        }
    }
}
