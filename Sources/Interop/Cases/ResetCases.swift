import APIs
import Messages
import Wire

extension InteropCase {
    /// Calls that the server breaks off.
    static let resets = [
        InteropCase("rst_after_header", "a reset in place of the answer", fault: .resetAfterHeader, run: afterHeader),
        InteropCase("rst_during_data", "a reset among the answers", fault: .resetDuringData, run: duringData),
        InteropCase("rst_after_data", "a reset in place of the status", fault: .resetAfterData, run: afterData),
        InteropCase("rst_without_code", "a reset that does not say why", fault: .resetWithoutCode, run: withoutCode),
    ]
}

private func afterHeader(_ run: InteropRun) async throws {
    let fault = InteropFault.resetAfterHeader
    try await checkUnary(run, fault, ends: .aborted) { context in
        let value = context.response.initial[InteropFault.key]
        try check(value == fault.rawValue, "the call has no initial metadata from before the reset")
    }
}

private func afterData(_ run: InteropRun) async throws {
    try await checkUnary(run, .resetAfterData, ends: .aborted)
}

private func withoutCode(_ run: InteropRun) async throws {
    try await checkUnary(run, .resetWithoutCode, ends: .unknown)
}

private func checkUnary(
    _ run: InteropRun, _ fault: InteropFault, ends code: WireV1.Code, _ also: (CallContext) throws -> Void = { _ in }
) async throws {
    try await run.withClient { client in
        let context = CallContext(metadata: fault.metadata)
        try await ending { _ = try await client.api.unaryCall(.init(answerBytes: 9), context: context) }
            .check(code, nil, "the call that was reset")
        try also(context)
        try await client.checkStillWorks()
    }
}

private func duringData(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let request = InteropV1.StreamingOutputRequest(answers: Sizes.answers.map { .init(bytes: $0) })
        let context = CallContext(metadata: InteropFault.resetDuringData.metadata)
        let ended = try await ending {
            try await client.api.streamingOutputCall(request, context: context) { inbound in
                var number = 0
                while let answer = try await inbound.next() {
                    try check(number < 2, "an answer came that the server should not have sent")
                    try answer.payload.check(bytes: Int(Sizes.answers[number]), "answer \(number + 1)")
                    number += 1
                }
            }
        }
        try ended.check(.aborted, nil, "the call that was reset")
        try await client.checkStillWorks()
    }
}
