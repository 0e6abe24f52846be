import Logging
import NIOCore

/// Stops a listener from accepting for a while when the process or the machine has no descriptor, or no memory, left; who
/// wants to connect waits in the listener's queue. Counted.
///
/// NIO's own `AcceptBackoffHandler` delays the next read but leaves the one that failed pending: the loop then tries again
/// at once, for ever, with all of its time. Turning reading off takes the listener out of the loop.
final class AcceptTrouble: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(500)

    private let counters: WireCounters
    private let logger: Logger

    init(counters: WireCounters, logger: Logger) {
        self.counters = counters
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        counters.count(.outOfDescriptors)
        logger.warning(
            "wire.accept.failed",
            metadata: [
                "error": "\(error)",
                "hint": "raise the limit of open files (ulimit -n), or lower the limit of connections",
            ])
        let channel = context.channel
        _ = try? channel.syncOptions?.setOption(.autoRead, value: false)
        channel.eventLoop.scheduleTask(in: Self.pause) {
            // A listener that was closed meanwhile refuses, which is well.
            _ = try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    /// Linux's TCP_USER_TIMEOUT: how long, in milliseconds, sent data may go unacknowledged, or wait for a closed window
    /// to open, before the kernel gives the connection up. 0: as long as the system's retransmissions last.
    static var tcpUserTimeout: Self { .init(level: .tcp, name: NIOBSDSocket.Option(rawValue: 18)) }

    /// Linux's IP_BIND_ADDRESS_NO_PORT: binding to an address takes no port yet. Connecting does, which knows the other end,
    /// so that a port serves once for each of those.
    static var ipBindAddressNoPort: Self { .init(level: .ip, name: NIOBSDSocket.Option(rawValue: 24)) }
}

extension WireLimits {
    /// The kernel gives up on a peer that is gone when our own keepalive would.
    var tcpUserTimeout: Int {
        keepalive > .zero ? Int((keepalive + keepaliveTimeout) / .milliseconds(1)) : 0
    }
}
