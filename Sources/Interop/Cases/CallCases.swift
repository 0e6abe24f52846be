import APIs
import Messages
import Wire

extension InteropCase {
    /// The forms of calls, and what is in them.
    static let calls = [
        InteropCase("empty_unary", "an empty request is answered", run: emptyUnary),
        InteropCase(
            "large_unary", "a request and an answer larger than the default frame",
            needs: [.service, .frames(Sizes.largeFrame)], run: largeUnary),
        InteropCase("client_streaming", "many requests, one answer", run: clientStreaming),
        InteropCase("server_streaming", "one request, many answers in order", run: serverStreaming),
        InteropCase("ping_pong", "requests and answers by turns", run: pingPong),
        InteropCase("half_duplex", "answers after the half-close", run: halfDuplex),
        InteropCase("empty_stream", "a stream without messages", run: emptyStream),
    ]
}

private func emptyUnary(_ run: InteropRun) async throws {
    try await run.withClient { client in _ = try await client.api.emptyCall(.init(), context: CallContext()) }
}

private func largeUnary(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let request = InteropV1.UnaryRequest(
            answerBytes: Sizes.largeAnswer, payload: .zeros(Sizes.largeRequest))
        let answer = try await client.api.unaryCall(request, context: CallContext())
        try answer.payload.check(bytes: Int(Sizes.largeAnswer), "the answer")
    }
}

private func clientStreaming(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let answer = try await client.api.streamingInputCall(context: CallContext()) { outbound in
            for bytes in Sizes.requests { try await outbound.send(.init(payload: .zeros(bytes))) }
        }
        try check(
            answer.payloadBytes == 74_922, "the server counts \(answer.payloadBytes) bytes of payload; 74922 were sent")
    }
}

private func serverStreaming(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let request = InteropV1.StreamingOutputRequest(answers: Sizes.answers.map { .init(bytes: $0) })
        try await client.api.streamingOutputCall(request, context: CallContext()) { inbound in
            try await checkAnswers(inbound)
        }
    }
}

private func pingPong(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await client.api.fullDuplexCall(context: CallContext()) { inbound, outbound in
            for (number, request) in Sizes.conversation.enumerated() {
                try await outbound.put(request)
                try await inbound.checkNext(bytes: Int(Sizes.answers[number]), "answer \(number + 1)")
            }
            outbound.finish()
            try await inbound.checkEnd("the call")
        }
    }
}

private func halfDuplex(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await client.api.halfDuplexCall(context: CallContext()) { inbound, outbound in
            for request in Sizes.conversation { try await outbound.put(request) }
            let isEarly = await hasAnswer(inbound, within: .milliseconds(200))
            try check(!isEarly, "an answer came before the half-close")
            outbound.finish()
            try await checkAnswers(inbound)
        }
    }
}

/// Whether an answer comes in that time. One that does is lost.
private func hasAnswer(
    _ inbound: WireInbound<InteropV1.StreamingOutputResponse>, within time: Duration
) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
        group.addTask { (try? await inbound.next()) != nil }
        group.addTask {
            try? await Task.sleep(for: time)
            return false
        }
        defer { group.cancelAll() }
        return await group.next() ?? false
    }
}

private func emptyStream(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await client.api.fullDuplexCall(context: CallContext()) { inbound, outbound in
            outbound.finish()
            try await inbound.checkEnd("the call")
        }
    }
}

/// The four answers, then the end.
private func checkAnswers(_ inbound: WireInbound<InteropV1.StreamingOutputResponse>) async throws {
    for (number, bytes) in Sizes.answers.enumerated() {
        try await inbound.checkNext(bytes: Int(bytes), "answer \(number + 1)")
    }
    try await inbound.checkEnd("the call")
}
