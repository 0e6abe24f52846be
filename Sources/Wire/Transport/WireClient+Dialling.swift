import NIOCore
import NIOPosix

// How a connection is made. On the event loop.
extension WireClient {
    func dial(_ connection: WireConnection) {
        let configuration = configuration
        let logger = logger
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.tcpUserTimeout, value: configuration.limits.tcpUserTimeout)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: WireConnection.receiveBuffers)
            .channelOption(
                .writeBufferWaterMark,
                value: .init(
                    low: configuration.limits.writeHighWaterBytes / 2, high: configuration.limits.writeHighWaterBytes)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls = configuration.tls {
                        try channel.pipeline.syncOperations.addHandler(
                            TLSHandler(
                                context: tls, handshakeTimeout: TimeAmount(configuration.limits.handshakeTimeout),
                                logger: logger))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        WireChannelHandler(connection, waitsForTLS: configuration.tls != nil))
                }
            }
        connect(bootstrap).whenComplete { result in
            guard case .failure(let error) = result else { return }
            let address = WireAddress(host: configuration.host, port: configuration.port)
            connection.lost("cannot connect to \(address): \(error)")
        }
    }

    private func connect(_ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        var bootstrap = bootstrap
        if let source = configuration.sourceAddress {
            do {
                bootstrap =
                    bootstrap
                    .channelOption(.ipBindAddressNoPort, value: 1)
                    .bind(to: try SocketAddress(ipAddress: source, port: 0))
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }
        // An address needs no resolver, and its threads.
        if let address = try? SocketAddress(ipAddress: configuration.host, port: configuration.port) {
            return bootstrap.connect(to: address)
        }
        return bootstrap.connect(host: configuration.host, port: configuration.port)
    }
}
