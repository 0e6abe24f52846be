import Logging
import NIOCore

/// Stops a listener from accepting for a while when the process has no descriptor, or the machine no memory, left; who
/// wants to connect waits in the listener's queue. Without it such an error would end the listener.
final class AcceptPause: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(500)
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else {
            // One connection could not be set up, and is closed: no fault of the listener's.
            logger.debug("web.setup.failed", metadata: ["error": "\(error)"])
            return
        }
        logger.warning(
            "web.accept.failed",
            metadata: ["error": "\(error)", "hint": "raise the limit of open files (ulimit -n)"])
        let channel = context.channel
        _ = try? channel.syncOptions?.setOption(.autoRead, value: false)
        channel.eventLoop.scheduleTask(in: Self.pause) {
            // A listener that was closed meanwhile refuses, which is well.
            _ = try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
