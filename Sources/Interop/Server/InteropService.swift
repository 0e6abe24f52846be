public import APIs
public import Messages
public import Wire

/// The service that interoperability cases are run against: `mallbots.interop.v1.InteropService`, as docs/interop.md
/// describes it.
///
/// It misbehaves on request if its router allows faults, as `InteropServer.router` does.
public struct InteropService: InteropAPI {
    /// The largest answer that may be asked for, in bytes.
    static let maxAnswerBytes: Int32 = 16 << 20
    static let maxDelayMs: UInt32 = 60_000
    static let maxIntervalUs: UInt32 = 60_000_000
    /// How many requests a half-duplex call may make before its half-close: they are kept until then.
    static let maxKeptRequests = 10_000

    public init() {}

    public func emptyCall(
        _ request: InteropV1.EmptyMessage, context: CallContext
    ) async throws -> InteropV1.EmptyMessage {
        Self.echo(context)
        Self.listFaults(context)
        return InteropV1.EmptyMessage()
    }

    public func unaryCall(
        _ request: InteropV1.UnaryRequest, context: CallContext
    ) async throws -> InteropV1.UnaryResponse {
        Self.echo(context)
        guard request.delayMs <= Self.maxDelayMs else {
            throw WireStatus(.invalidArgument, "delay_ms is at most \(Self.maxDelayMs), not \(request.delayMs)")
        }
        if request.delayMs > 0 { try await Task.sleep(for: .milliseconds(Int64(request.delayMs))) }
        try Self.end(with: request.status)
        let answer = InteropV1.UnaryResponse(
            payload: try Self.payload(request.answerBytes),
            caller: request.nameCaller ? context.peer?.uri ?? "" : "")
        try await Self.misbehave(unary: answer, context)
        return answer
    }

    public func streamingOutputCall(
        _ request: InteropV1.StreamingOutputRequest, _ outbound: WireOutbound<InteropV1.StreamingOutputResponse>,
        context: CallContext
    ) async throws {
        var request = request
        let isToBreak = Self.faults(context, .resetDuringData) != nil
        if isToBreak { request.answers.removeLast(request.answers.count - request.answers.count / 2) }
        try await Self.answer(request, outbound)
        if isToBreak { try await Self.breakOff(context) }
    }

    public func streamingInputCall(
        _ inbound: WireInbound<InteropV1.StreamingInputRequest>, context: CallContext
    ) async throws -> InteropV1.StreamingInputResponse {
        var total: Int32 = 0
        for try await request in inbound {
            let (sum, isTooLarge) = total.addingReportingOverflow(Int32(clamping: request.payload?.body.count ?? 0))
            if isTooLarge { throw WireStatus(.outOfRange, "the payloads have more than \(Int32.max) bytes together") }
            total = sum
        }
        return InteropV1.StreamingInputResponse(payloadBytes: total)
    }

    public func fullDuplexCall(
        _ inbound: WireInbound<InteropV1.StreamingOutputRequest>,
        _ outbound: WireOutbound<InteropV1.StreamingOutputResponse>, context: CallContext
    ) async throws {
        Self.echo(context)
        for try await request in inbound {
            try await Self.answer(request, outbound)
            try await Self.misbehave(duplex: context)
        }
    }

    public func halfDuplexCall(
        _ inbound: WireInbound<InteropV1.StreamingOutputRequest>,
        _ outbound: WireOutbound<InteropV1.StreamingOutputResponse>, context: CallContext
    ) async throws {
        var requests: [InteropV1.StreamingOutputRequest] = []
        for try await request in inbound {
            guard requests.count < Self.maxKeptRequests else {
                throw WireStatus(.resourceExhausted, "more than \(Self.maxKeptRequests) requests before the half-close")
            }
            requests.append(.init(answers: request.answers, status: request.status))
        }
        for request in requests { try await Self.answer(request, outbound) }
    }

    public func unimplementedCall(
        _ request: InteropV1.EmptyMessage, context: CallContext
    ) async throws -> InteropV1.EmptyMessage {
        throw WireStatus(.unimplemented, "UnimplementedCall is not implemented, so that callers see what that is like")
    }
}

// What the methods have in common.
extension InteropService {
    private static func answer(
        _ request: InteropV1.StreamingOutputRequest, _ outbound: WireOutbound<InteropV1.StreamingOutputResponse>
    ) async throws {
        try end(with: request.status)
        for form in request.answers {
            guard form.intervalUs <= maxIntervalUs else {
                throw WireStatus(.invalidArgument, "interval_us is at most \(maxIntervalUs), not \(form.intervalUs)")
            }
            let payload = try payload(form.bytes)
            if form.intervalUs > 0 { try await Task.sleep(for: .microseconds(Int64(form.intervalUs))) }
            try await outbound.send(.init(payload: payload))
        }
    }

    private static func payload(_ bytes: Int32) throws -> InteropV1.Payload {
        guard (0...maxAnswerBytes).contains(bytes) else {
            throw WireStatus(.invalidArgument, "an answer has 0 to \(maxAnswerBytes) bytes, not \(bytes)")
        }
        return InteropV1.Payload(body: [UInt8](repeating: 0, count: Int(bytes)))
    }

    private static func end(with status: InteropV1.EchoStatus?) throws {
        guard let status, status.code != 0 else { return }
        throw WireStatus(WireV1.Code(rawValue: status.code), status.message)
    }

    private static func echo(_ context: CallContext) {
        for content in context.metadata.values(for: EchoKey.initial) {
            context.response.initial.append(.init(key: EchoKey.initial, content: content))
        }
        for content in context.metadata.values(for: EchoKey.trailing) {
            context.response.trailing.append(.init(key: EchoKey.trailing, content: content))
        }
    }
}
