import APIs
import Messages
import Testing
import Wire

@testable import Interop

/// What the service refuses, and whose wishes it follows.
@Suite struct ServiceTests {
    private func withClient<R>(_ router: WireRouter = InteropServer.router, _ body: (CaseClient) async throws -> R)
        async throws -> R
    {
        let transport = InMemoryTransport(router: router, limits: InteropServer.limits, logger: quiet)
        let target = InteropTarget(memory: transport)
        return try await target.withClient(target.client) { try await body($0) }
    }

    @Test(arguments: [
        InteropV1.UnaryRequest(answerBytes: -1), .init(answerBytes: 16 << 20 + 1), .init(answerBytes: .max),
        .init(delayMs: 60_001), .init(delayMs: .max),
    ])
    func unaryRequestsBeyondTheLimits(request: InteropV1.UnaryRequest) async throws {
        let status = try await withClient { client in
            try await ending { _ = try await client.api.unaryCall(request, context: CallContext()) }
        }
        #expect(status.code == .invalidArgument)
    }

    @Test(arguments: [InteropV1.AnswerForm(bytes: -1), .init(bytes: .max), .init(intervalUs: 60_000_001)])
    func answersBeyondTheLimits(form: InteropV1.AnswerForm) async throws {
        let status = try await withClient { client in
            try await ending {
                try await client.api.streamingOutputCall(.init(answers: [form]), context: CallContext()) { inbound in
                    while try await inbound.next() != nil {}
                }
            }
        }
        #expect(status.code == .invalidArgument)
    }

    @Test func payloadsBeyondWhatCanBeCounted() async throws {
        let (inbound, outbound, _) = WireInbound<InteropV1.StreamingInputRequest>.pipe()
        let status = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // 2 GiB, one and the same MiB again and again. The service is called as it is.
                let request = InteropV1.StreamingInputRequest(payload: .zeros(1 << 20))
                for _ in 0..<2_048 { try await outbound.send(request) }
                outbound.finish()
            }
            defer { group.cancelAll() }
            return try await ending {
                _ = try await InteropService().streamingInputCall(inbound, context: CallContext())
            }
        }
        #expect(status.code == .outOfRange)
    }

    @Test func halfDuplexCallsKeepNoMoreThanTheyMay() async throws {
        let status = try await withClient { client in
            try await ending {
                try await client.api.halfDuplexCall(context: CallContext()) { inbound, outbound in
                    for _ in 0...InteropService.maxKeptRequests { try await outbound.send(.init()) }
                    outbound.finish()
                    try await inbound.checkEnd("the call")
                }
            }
        }
        #expect(status.code == .resourceExhausted)
    }

    /// A router that does not allow faults serves each call as if it had asked for none.
    @Test(arguments: InteropFault.allCases) func faultsNeedLeave(fault: InteropFault) async throws {
        var router = WireRouter()
        router.register(interop: InteropService())
        try await withClient(router) { client in
            let context = CallContext(metadata: fault.metadata)
            let answer = try await client.api.unaryCall(.init(answerBytes: 9), context: context)
            try answer.payload.check(bytes: 9, "the answer")
            #expect(context.response.initial.isEmpty)
            let asked = CallContext(metadata: [InteropFault.key: InteropFault.list])
            _ = try await client.api.emptyCall(.init(), context: asked)
            #expect(asked.response.initial.isEmpty)
            try client.checkSameConnection()
        }
    }

    /// A fault is one call's, not its neighbours'.
    @Test func unknownFaultsAreNone() async throws {
        try await withClient { client in
            for name in ["", "nonsense", "list"] {
                let context = CallContext(metadata: [InteropFault.key: name])
                _ = try await client.api.unaryCall(.init(), context: context)
            }
            try client.checkSameConnection()
        }
    }
}
