import APIs
import Messages
import Wire

@testable import Interop

/// The service with something wrong in it: what is set here takes the place of the honest method.
struct Crooked: InteropAPI {
    typealias Requests = WireInbound<InteropV1.StreamingOutputRequest>
    typealias Answers = WireOutbound<InteropV1.StreamingOutputResponse>

    let honest = InteropService()
    var empty: (@Sendable (CallContext) async throws -> InteropV1.EmptyMessage)?
    var unary: (@Sendable (InteropV1.UnaryRequest, CallContext) async throws -> InteropV1.UnaryResponse)?
    /// Changes the honest answer.
    var answer: (@Sendable (inout InteropV1.UnaryResponse) -> Void)?
    var output: (@Sendable (InteropV1.StreamingOutputRequest, Answers, CallContext) async throws -> Void)?
    var input: (@Sendable (InteropV1.StreamingInputResponse) -> InteropV1.StreamingInputResponse)?
    var duplex: (@Sendable (Requests, Answers, CallContext) async throws -> Void)?
    var half: (@Sendable (Requests, Answers, CallContext) async throws -> Void)?
    var unimplemented: (@Sendable () async throws -> InteropV1.EmptyMessage)?

    func emptyCall(_ request: InteropV1.EmptyMessage, context: CallContext) async throws -> InteropV1.EmptyMessage {
        // Cases ask for the list of faults before they begin.
        guard let empty, context.metadata[InteropFault.key] == nil else {
            return try await honest.emptyCall(request, context: context)
        }
        return try await empty(context)
    }

    func unaryCall(_ request: InteropV1.UnaryRequest, context: CallContext) async throws -> InteropV1.UnaryResponse {
        if let unary { return try await unary(request, context) }
        var response = try await honest.unaryCall(request, context: context)
        answer?(&response)
        return response
    }

    func streamingOutputCall(
        _ request: InteropV1.StreamingOutputRequest, _ outbound: Answers, context: CallContext
    ) async throws {
        if let output { return try await output(request, outbound, context) }
        try await honest.streamingOutputCall(request, outbound, context: context)
    }

    func streamingInputCall(
        _ inbound: WireInbound<InteropV1.StreamingInputRequest>, context: CallContext
    ) async throws -> InteropV1.StreamingInputResponse {
        let answer = try await honest.streamingInputCall(inbound, context: context)
        return input?(answer) ?? answer
    }

    func fullDuplexCall(_ inbound: Requests, _ outbound: Answers, context: CallContext) async throws {
        if let duplex { return try await duplex(inbound, outbound, context) }
        try await honest.fullDuplexCall(inbound, outbound, context: context)
    }

    func halfDuplexCall(_ inbound: Requests, _ outbound: Answers, context: CallContext) async throws {
        if let half { return try await half(inbound, outbound, context) }
        try await honest.halfDuplexCall(inbound, outbound, context: context)
    }

    func unimplementedCall(
        _ request: InteropV1.EmptyMessage, context: CallContext
    ) async throws -> InteropV1.EmptyMessage {
        if let unimplemented { return try await unimplemented() }
        return try await honest.unimplementedCall(request, context: context)
    }
}

/// Answers with payloads of these sizes.
func send(_ sizes: [Int32], _ outbound: Crooked.Answers) async throws {
    for size in sizes { try await outbound.send(.init(payload: .zeros(Int(size)))) }
}

/// Reads to the half-close.
func drain(_ inbound: Crooked.Requests) async throws {
    while try await inbound.next() != nil {}
}
