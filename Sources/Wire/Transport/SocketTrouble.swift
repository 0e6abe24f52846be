import Logging
import NIOCore

/// Counts connections that could not be accepted: the process or the machine has no descriptor, or no memory, left.
///
/// The bootstrap's own handler behind this one then waits a second before it accepts again; who wants to connect waits in
/// the listener's queue meanwhile.
final class AcceptTrouble: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    private let counters: WireCounters
    private let logger: Logger

    init(counters: WireCounters, logger: Logger) {
        self.counters = counters
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError {
            counters.count(.outOfDescriptors)
            logger.warning(
                "wire.accept.failed",
                metadata: [
                    "error": "\(error)",
                    "hint": "raise the limit of open files (ulimit -n), or lower the limit of connections",
                ])
        }
        context.fireErrorCaught(error)
    }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    /// Linux's TCP_USER_TIMEOUT: how long, in milliseconds, sent data may go unacknowledged, or wait for a closed window
    /// to open, before the kernel gives the connection up. 0: as long as the system's retransmissions last.
    static var tcpUserTimeout: Self { .init(level: .tcp, name: NIOBSDSocket.Option(rawValue: 18)) }
}

extension WireLimits {
    /// The kernel gives up on a peer that is gone when our own keepalive would.
    var tcpUserTimeout: Int {
        keepalive > .zero ? Int((keepalive + keepaliveTimeout) / .milliseconds(1)) : 0
    }
}
