public import Messages

// The four kinds of call, as generated clients make them. Each fails with a `WireStatus`: the server's, or
// `.unavailable`, `.deadlineExceeded` or `.cancelled` made here.
extension WireClient {
    /// Makes a call: `body` gets what the server sends and the way to send to it, and the call lives as long as `body`.
    ///
    /// When `body` returns or throws before the server has ended the call, the call is cancelled; so is it when the
    /// calling task is cancelled. To learn how the server ended the call, read the inbound messages to their end.
    /// Runs on the caller's executor.
    /// - Parameter method: "/package.Service/Method".
    public nonisolated(nonsending) func call<Req: Message, Res: Message, R>(
        _ method: String, context: CallContext, request: Req.Type = Req.self, response: Res.Type = Res.self,
        _ body: nonisolated(nonsending) (WireInbound<Res>, WireOutbound<Req>) async throws -> R
    ) async throws -> R {
        let stream = makeStream(context: context)
        let inbox = CallInbox(stream, limits: configuration.answers)
        return try await withTaskCancellationHandler {
            defer { stream.abandon() }
            try await open(stream, inbox: inbox, method: method)
            return try await body(WireInbound(inbox), WireOutbound(stream: stream))
        } onCancel: {
            stream.abandon()
            cancelOpening(stream)
        }
    }

    /// One message out, one in.
    public nonisolated(nonsending) func unary<Req: Message, Res: Message>(
        _ method: String, _ request: Req, context: CallContext, response: Res.Type = Res.self
    ) async throws -> Res {
        try await call(method, context: context) { (inbound: WireInbound<Res>, outbound: WireOutbound<Req>) in
            try await Self.sendAll(request, outbound)
            return try await Self.answer(inbound)
        }
    }

    /// One message out, a stream in.
    public nonisolated(nonsending) func serverStreaming<Req: Message, Res: Message, R>(
        _ method: String, _ request: Req, context: CallContext, response: Res.Type = Res.self,
        _ body: nonisolated(nonsending) (WireInbound<Res>) async throws -> R
    ) async throws -> R {
        try await call(method, context: context) { (inbound: WireInbound<Res>, outbound: WireOutbound<Req>) in
            try await Self.sendAll(request, outbound)
            return try await body(inbound)
        }
    }

    /// A stream out, which `body` sends, and one message in once `body` has returned.
    public nonisolated(nonsending) func clientStreaming<Req: Message, Res: Message>(
        _ method: String, context: CallContext, request: Req.Type = Req.self, response: Res.Type = Res.self,
        _ body: nonisolated(nonsending) (WireOutbound<Req>) async throws -> Void
    ) async throws -> Res {
        try await call(method, context: context) { (inbound: WireInbound<Res>, outbound: WireOutbound<Req>) in
            do {
                try await body(outbound)
                outbound.finish()
            } catch let status as WireStatus where status.isEndOfCall {
                // The server ended the call before it had everything; what it said is the answer.
            }
            return try await Self.answer(inbound)
        }
    }

    /// The handler's form of a server-streaming call: what the server sends goes to `outbound`.
    public nonisolated(nonsending) func relay<Req: Message, Res: Message>(
        serverStreaming method: String, _ request: Req, _ outbound: WireOutbound<Res>, context: CallContext
    ) async throws {
        try await serverStreaming(method, request, context: context, response: Res.self) { inbound in
            while let message = try await inbound.next() { try await outbound.send(message) }
        }
    }

    /// The handler's form of a client-streaming call: what is in `inbound` goes to the server.
    public nonisolated(nonsending) func relay<Req: Message, Res: Message>(
        clientStreaming method: String, _ inbound: WireInbound<Req>, context: CallContext, response: Res.Type = Res.self
    ) async throws -> Res {
        try await clientStreaming(method, context: context, request: Req.self, response: Res.self) { outbound in
            while let message = try await inbound.next() { try await outbound.send(message) }
        }
    }

    /// The handler's form of a bidirectional call: both directions are passed on until the server ends the call.
    public nonisolated(nonsending) func relay<Req: Message, Res: Message>(
        bidirectional method: String, _ inbound: WireInbound<Req>, _ outbound: WireOutbound<Res>, context: CallContext
    ) async throws {
        try await call(method, context: context) { (answers: WireInbound<Res>, requests: WireOutbound<Req>) in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while let message = try await inbound.next() { try await requests.send(message) }
                    requests.finish()
                }
                while let message = try await answers.next() { try await outbound.send(message) }
                group.cancelAll()
                // The server has ended the call in order; what could no longer be sent does not matter.
                while (await group.nextResult()) != nil {}
            }
        }
    }

    private nonisolated(nonsending) static func sendAll<Req: Message>(
        _ request: Req, _ outbound: WireOutbound<Req>
    ) async throws {
        do {
            try await outbound.send(request)
            outbound.finish()
        } catch let status as WireStatus where status.isEndOfCall {
            // The server's answer says why.
        }
    }

    private nonisolated(nonsending) static func answer<Res: Message>(_ inbound: WireInbound<Res>) async throws -> Res {
        guard let answer = try await inbound.next() else {
            throw WireStatus(.internal, "the server ended the call with OK and without an answer")
        }
        guard try await inbound.next() == nil else {
            throw WireStatus(.internal, "the server sent more than one answer")
        }
        return answer
    }
}
