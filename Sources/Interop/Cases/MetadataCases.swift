import APIs
import Messages
import Wire

extension InteropCase {
    /// What travels beside the messages.
    static let metadata = [
        InteropCase("custom_metadata", "initial and trailing metadata, text and bytes", run: customMetadata),
        InteropCase("repeated_metadata", "a key more than once, values in order, any byte", run: repeatedMetadata),
        InteropCase(
            "client_identity", "the server knows who calls, by certificate", needs: [.service, .certificate],
            run: clientIdentity),
    ]
}

private func customMetadata(_ run: InteropRun) async throws {
    let text = "test_initial_metadata_value"
    let bytes: [UInt8] = [0xAB, 0xAB, 0xAB]
    var metadata: Metadata = [EchoKey.initial: text]
    metadata.append(bytes, for: EchoKey.trailing)
    let isLarge = try run.hello.frameBytes >= Sizes.largeFrame
    let answerBytes = isLarge ? Sizes.largeAnswer : 9
    let payload = InteropV1.Payload.zeros(isLarge ? Sizes.largeRequest : 9)

    try await run.withClient { client in
        let unary = CallContext(metadata: metadata)
        let answer = try await client.api.unaryCall(.init(answerBytes: answerBytes, payload: payload), context: unary)
        try answer.payload.check(bytes: Int(answerBytes), "the answer")
        try unary.response.checkEcho(initial: [text], trailing: [bytes], "UnaryCall")

        let duplex = CallContext(metadata: metadata)
        try await client.api.fullDuplexCall(context: duplex) { inbound, outbound in
            try await outbound.put(.init(answers: [.init(bytes: answerBytes)], payload: payload))
            try await inbound.checkNext(bytes: Int(answerBytes), "the answer")
            try duplex.response.checkInitial([text], "FullDuplexCall, when its first answer is there,")
            outbound.finish()
            try await inbound.checkEnd("the call")
        }
        try duplex.response.checkEcho(initial: [text], trailing: [bytes], "FullDuplexCall")
    }
}

private func repeatedMetadata(_ run: InteropRun) async throws {
    let texts = ["first", "second"]
    let values: [[UInt8]] = [[], Array(0...255)]
    var metadata = Metadata()
    for text in texts { metadata.append(text, for: EchoKey.initial) }
    for value in values { metadata.append(value, for: EchoKey.trailing) }
    try await run.withClient { client in
        let context = CallContext(metadata: metadata)
        _ = try await client.api.unaryCall(.init(), context: context)
        try context.response.checkEcho(initial: texts, trailing: values, "UnaryCall")
    }
}

private func clientIdentity(_ run: InteropRun) async throws {
    guard let identity = run.target.identity else { throw CaseSkipped(why: "the client has no certificate") }
    try await run.withClient { client in
        let answer = try await client.api.unaryCall(.init(nameCaller: true), context: CallContext())
        try check(
            answer.caller == identity.uri,
            "the server says that \(answer.caller.debugDescription) calls; the certificate says \(identity.uri)")
    }
}

extension ResponseMetadata {
    fileprivate func checkInitial(_ texts: [String], _ what: String) throws {
        let found = initial.values(for: EchoKey.initial)
        try check(
            found == texts.map { .text($0) }, "\(what) has initial metadata \(EchoKey.initial) \(found), not \(texts)")
    }

    fileprivate func checkEcho(initial texts: [String], trailing values: [[UInt8]], _ what: String) throws {
        try checkInitial(texts, what)
        let found = trailing.values(for: EchoKey.trailing)
        try check(
            found == values.map { .binary($0) },
            "\(what) has trailing metadata \(EchoKey.trailing) \(found), not \(values)")
    }
}
