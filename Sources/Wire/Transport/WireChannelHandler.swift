import NIOCore

/// Joins a channel to its `WireConnection`: bytes in, bytes out, life and death.
///
/// With TLS before it, the connection starts when the handshake is done, and with the identity that it proved.
///
/// Safe because it is used on the channel's event loop only.
final class WireChannelHandler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: WireConnection
    private let waitsForTLS: Bool
    private var hasStarted = false

    init(_ connection: WireConnection, waitsForTLS: Bool) {
        self.connection = connection
        self.waitsForTLS = waitsForTLS
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { channelIsActive(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        channelIsActive(context)
        context.fireChannelActive()
    }

    private func channelIsActive(_ context: ChannelHandlerContext) {
        guard connection.attach(.channel(context)) else { return context.close(promise: nil) }
        if !waitsForTLS { start(context, peer: nil) }
    }

    private func start(_ context: ChannelHandlerContext, peer: PeerIdentity?) {
        guard !hasStarted else { return }
        hasStarted = true
        let address = context.remoteAddress
        let text = address.flatMap { address in
            address.ipAddress.map { WireAddress(host: $0, port: address.port ?? 0).description }
        }
        connection.start(peer: peer, remoteAddress: text ?? "")
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let handshake = event as? TLSHandshakeCompleted {
            connection.isResumed = handshake.isResumed
            start(context, peer: handshake.peer)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        connection.read(&bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection.endOfBatch()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.writabilityChanged(context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError { connection.failed(WireRefusal(error.reason), error.message) }
        connection.lost("the connection failed: \(error)")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.lost("the connection was closed by the peer")
        context.fireChannelInactive()
    }
}
