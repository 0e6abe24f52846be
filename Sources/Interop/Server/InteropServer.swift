import APIs
public import Wire

/// How a server is set up that clients are tried against.
public enum InteropServer {
    /// Answers the interoperability service, and does wrong on request: not for a server that has other work.
    public static var router: WireRouter {
        var router = WireRouter()
        router.allowFaults()
        router.register(interop: InteropService())
        return router
    }

    /// Frames large enough for every case, and pings soon enough to be waited for.
    public static var limits: WireLimits {
        var limits = WireLimits()
        limits.maxFrameBytes = frameBytes
        limits.keepalive = .seconds(1)
        limits.keepaliveTimeout = .seconds(3)
        return limits
    }

    /// The largest frame that client and server of the cases take.
    static let frameBytes = 1 << 20
}
