public import Messages

/// The methods that a server answers, by path. Generated code fills one: `router.register(orders: service)`.
public struct WireRouter: Sendable {
    /// Begins a call: where its messages go, and what answers it.
    struct Route: Sendable {
        var start: @Sendable (CallStream, CallContext) -> (sink: MessageSink, run: @Sendable () async throws -> Void)
    }

    private var routes: [String: Route] = [:]
    private var gate: (@Sendable (CallContext) throws -> Void)?

    public init() {}

    /// Has each call checked before its handler begins; what `check` throws ends the call, a `WireStatus` as it is.
    ///
    /// It runs on the connection's event loop, so it must not block. A second one replaces the first.
    public mutating func authorize(_ check: @escaping @Sendable (CallContext) throws -> Void) {
        gate = check
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
        guard let route = routes[method], let gate else { return routes[method] }
        return Route { stream, context in
            let (sink, run) = route.start(stream, context)
            return (
                sink,
                {
                    try gate(context)
                    try await run()
                }
            )
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
        routes[method] = Route { stream, context in
            let queue = MessageQueue<Req>(stream: stream)
            return (queue, { try await stream.answer(handler(queue.single(), context)) })
        }
    }

    /// One message in, a stream out.
    public mutating func register<Req: Message, Res: Message>(
        serverStreaming method: String,
        handler: @escaping @Sendable (Req, WireOutbound<Res>, CallContext) async throws -> Void
    ) {
        routes[method] = Route { stream, context in
            let queue = MessageQueue<Req>(stream: stream)
            return (queue, { try await handler(queue.single(), WireOutbound(stream: stream), context) })
        }
    }

    /// A stream in, one message out.
    public mutating func register<Req: Message, Res: Message>(
        clientStreaming method: String,
        handler: @escaping @Sendable (WireInbound<Req>, CallContext) async throws -> Res
    ) {
        routes[method] = Route { stream, context in
            let queue = MessageQueue<Req>(stream: stream)
            return (queue, { try await stream.answer(handler(WireInbound(queue: queue), context)) })
        }
    }

    /// A stream in, a stream out.
    public mutating func register<Req: Message, Res: Message>(
        bidirectional method: String,
        handler: @escaping @Sendable (WireInbound<Req>, WireOutbound<Res>, CallContext) async throws -> Void
    ) {
        routes[method] = Route { stream, context in
            let queue = MessageQueue<Req>(stream: stream)
            return (
                queue, { try await handler(WireInbound(queue: queue), WireOutbound(stream: stream), context) }
            )
        }
    }
}
