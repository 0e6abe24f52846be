import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// The handlers that speak HTTP/1.1 on one connection.
struct HTTPHandlers {
    private let encoder = HTTPResponseEncoder()
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private let codec: HTTP1ToHTTPServerCodec
    private let state: HTTPConnectionStateHandler

    init(limits: WebLimits, isSecure: Bool, logger: Logger) {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.maxHeaderBytes
        decoding.maxHeaderListSize = limits.maxHeaderBytes
        decoding.maxHeaderFieldCount = 100
        decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoding))
        codec = HTTP1ToHTTPServerCodec(secure: isSecure)
        state = HTTPConnectionStateHandler(idleTimeout: limits.idleTimeout, logger: logger)
    }

    /// - Parameter start: sees requests before the state handler counts them
    func join(_ pipeline: ChannelPipeline.SynchronousOperations, with start: ConnectionStart) throws {
        try pipeline.addHandlers([encoder, decoder, codec, start, state])
    }

    /// All leave the pipeline, the decoder last.
    func leave(
        _ pipeline: ChannelPipeline.SynchronousOperations, with start: ConnectionStart
    ) -> EventLoopFuture<Void> {
        _ = pipeline.removeHandler(state)
        _ = pipeline.removeHandler(start)
        _ = pipeline.removeHandler(codec)
        _ = pipeline.removeHandler(encoder)
        return pipeline.removeHandler(decoder)
    }
}
