public import Messages

/// The methods that a server answers, by path. Generated code fills one: `router.register(orders: service)`.
public struct WireRouter: Sendable {
    /// Begins a call that a task answers: where its messages go, and what is run.
    typealias StartTask =
        @Sendable (CallStream, CallContext) -> (inbox: CallInbox, run: @Sendable () async throws -> Void)
    /// Begins a call that a reactor answers.
    typealias StartReactor = @Sendable (ReactorCall) throws -> any WireReactor

    enum Route: Sendable {
        case task(StartTask)
        case reactor(StartReactor)
    }

    private var routes: [String: Route] = [:]
    private var gate: (@Sendable (CallContext) throws -> Void)?
    private var allowsFaults = false

    public init() {}

    /// Has each call checked before its handler begins; what `check` throws ends the call, a `WireStatus` as it is.
    ///
    /// It runs on the connection's event loop, so it must not block. A second one replaces the first.
    public mutating func authorize(_ check: @escaping @Sendable (CallContext) throws -> Void) {
        gate = check
    }

    /// Gives the handlers the means to do wrong on purpose, see `CallFaults`.
    package mutating func allowFaults() {
        allowsFaults = true
    }

    /// "/package.Service/Method" of everything registered, sorted.
    public var methods: [String] { routes.keys.sorted() }

    /// "package.Service" of everything registered, sorted.
    public var services: [String] {
        var services: [String] = []
        for method in methods {
            let service = String(method.dropFirst().prefix { $0 != "/" })
            if services.last != service { services.append(service) }
        }
        return services
    }

    func route(_ method: String) -> Route? {
        guard let route = routes[method] else { return nil }
        if gate == nil, !allowsFaults { return route }
        switch route {
        case .task(let start):
            return .task { [gate, allowsFaults] stream, context in
                let (inbox, run) = start(stream, context)
                return (
                    inbox,
                    {
                        try gate?(context)
                        let faults = allowsFaults ? CallFaults(stream: stream) : nil
                        try await CallFaults.$current.withValue(faults) { try await run() }
                    }
                )
            }
        case .reactor(let start):
            return .reactor { [gate] call in
                try gate?(call.context)
                return try start(call)
            }
        }
    }

    /// Why `method` is not here: `.unimplemented`, saying whether the service or only the method is unknown.
    func refusal(_ method: String) -> WireStatus {
        let parts = method.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty, !parts[1].isEmpty, !parts[2].isEmpty else {
            return WireStatus(.unimplemented, "a method is named \"/package.Service/Method\"")
        }
        // The caller's own words, but no more of them than a name has.
        let service = String(parts[1]).clipped(toUTF8: 128)
        return services.contains(service)
            ? WireStatus(.unimplemented, "service \(service) has no method \(String(parts[2]).clipped(toUTF8: 128))")
            : WireStatus(.unimplemented, "there is no service \(service) here")
    }

    /// One message in, one out. `method` is "/package.Service/Method"; registering it again replaces the handler.
    public mutating func register<Req: Message, Res: Message>(
        unary method: String,
        handler: @escaping @Sendable (Req, CallContext) async throws -> Res
    ) {
        routes[method] = .task { stream, context in
            let inbox = CallInbox(stream)
            return (inbox, { try await stream.answer(handler(WireInbound(inbox).single(), context)) })
        }
    }

    /// One message in, a stream out.
    public mutating func register<Req: Message, Res: Message>(
        serverStreaming method: String,
        handler: @escaping @Sendable (Req, WireOutbound<Res>, CallContext) async throws -> Void
    ) {
        routes[method] = .task { stream, context in
            let inbox = CallInbox(stream)
            return (
                inbox, { try await handler(WireInbound(inbox).single(), WireOutbound(stream: stream), context) }
            )
        }
    }

    /// A stream in, one message out.
    public mutating func register<Req: Message, Res: Message>(
        clientStreaming method: String,
        handler: @escaping @Sendable (WireInbound<Req>, CallContext) async throws -> Res
    ) {
        routes[method] = .task { stream, context in
            let inbox = CallInbox(stream)
            return (inbox, { try await stream.answer(handler(WireInbound(inbox), context)) })
        }
    }

    /// A stream in, a stream out.
    public mutating func register<Req: Message, Res: Message>(
        bidirectional method: String,
        handler: @escaping @Sendable (WireInbound<Req>, WireOutbound<Res>, CallContext) async throws -> Void
    ) {
        routes[method] = .task { stream, context in
            let inbox = CallInbox(stream)
            return (inbox, { try await handler(WireInbound(inbox), WireOutbound(stream: stream), context) })
        }
    }

    /// A stream in, a stream out, without a task: `make` is called on the connection's event loop when a call begins, and
    /// makes what answers it; what it throws ends the call.
    public mutating func register<Req: Message, Res: Message>(
        reactor method: String,
        make: @escaping @Sendable (WireReply<Res>) throws -> any WireReactor<Req>
    ) {
        routes[method] = .reactor { try make(WireReply($0)) }
    }
}
