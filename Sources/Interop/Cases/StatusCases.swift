import APIs
import Messages
import Wire

extension InteropCase {
    /// How calls end.
    static let statuses = [
        InteropCase("status_code_and_message", "a code and a message, unary and streaming", run: statusCodeAndMessage),
        InteropCase("special_status_message", "a message with control characters and emoji", run: specialStatusMessage),
        InteropCase("every_status_code", "each of the 16 codes", run: everyStatusCode),
        InteropCase("unimplemented_method", "a method that is not there", run: unimplementedMethod),
        InteropCase(
            "unimplemented_service", "a service that is not there", needs: [.server], run: unimplementedService),
        InteropCase("unary_too_large", "messages over the limit end their call only", run: unaryTooLarge),
    ]
}

private func statusCodeAndMessage(_ run: InteropRun) async throws {
    let status = InteropV1.EchoStatus(code: 2, message: "test status message")
    try await run.withClient { client in
        try await client.unaryStatus(.init(status: status)).check(.unknown, status.message, "UnaryCall")
        let ended = try await ending {
            try await client.api.fullDuplexCall(context: CallContext()) { inbound, outbound in
                try await outbound.put(.init(status: status))
                outbound.finish()
                try await inbound.checkEnd("FullDuplexCall")
            }
        }
        try ended.check(.unknown, status.message, "FullDuplexCall")
    }
}

private func specialStatusMessage(_ run: InteropRun) async throws {
    let message = "\t\ntest with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}\t\n"
    try await run.withClient { client in
        try await client.unaryStatus(.init(status: .init(code: 2, message: message)))
            .check(.unknown, message, "UnaryCall")
    }
}

private func everyStatusCode(_ run: InteropRun) async throws {
    try await run.withClient { client in
        for code in WireV1.Code.allCases where code != .ok {
            let message = "this is \(code.name)"
            try await client.unaryStatus(.init(status: .init(code: code.rawValue, message: message)))
                .check(code, message, "UnaryCall")
        }
    }
}

private func unimplementedMethod(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await ending { _ = try await client.api.unimplementedCall(.init(), context: CallContext()) }
            .check(.unimplemented, nil, "UnimplementedCall")
    }
}

private func unimplementedService(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await ending { _ = try await AbsentClient(client.wire).absentCall(.init(), context: CallContext()) }
            .check(.unimplemented, nil, "AbsentCall")
    }
}

private func unaryTooLarge(_ run: InteropRun) async throws {
    let serverTakes = try run.hello.frameBytes
    guard serverTakes <= InteropService.maxAnswerBytes else {
        throw CaseSkipped(why: "the server takes frames of \(serverTakes) bytes, more than anyone wants to send")
    }
    try await run.withClient { client in
        let up = try await client.unaryStatus(.init(payload: .zeros(serverTakes)))
        try up.checkTooLarge(serverTakes, "a request that is too large")
        let down = try await client.unaryStatus(.init(answerBytes: Int32(InteropServer.frameBytes)))
        try down.checkTooLarge(InteropServer.frameBytes, "an answer that is too large")
        try await client.checkStillWorks()
    }
}

extension CaseClient {
    /// How a `UnaryCall` with this request ends.
    fileprivate func unaryStatus(_ request: InteropV1.UnaryRequest) async throws -> WireStatus {
        try await ending { _ = try await api.unaryCall(request, context: CallContext()) }
    }
}

extension WireStatus {
    /// `RESOURCE_EXHAUSTED`, with the limit in the message: that of frames, or of what fits into one.
    fileprivate func checkTooLarge(_ limit: Int, _ what: String) throws {
        try check(.resourceExhausted, nil, what)
        let numbers = message.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
        guard numbers.contains(where: { (limit - 16...limit).contains($0) }) else {
            throw CaseFailure(why: "\(what): \"\(message)\" does not name the limit of \(limit) bytes")
        }
    }
}
