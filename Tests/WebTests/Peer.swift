import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// One end of a TCP connection that says exactly what a test wants, and shows the bytes that come back.
final class Peer: Sendable {
    private let channel: any Channel
    private let received: NIOLockedBytes

    /// Longer than anything takes on a busy machine.
    static let patience = TimeAmount.seconds(20)

    private init(channel: any Channel, received: NIOLockedBytes) {
        self.channel = channel
        self.received = received
    }

    static func connect(port: Int) async throws -> Peer {
        let received = NIOLockedBytes()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return Peer(channel: channel, received: received)
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    func close() async throws { try? await channel.close() }

    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

    /// All that has come, once it is enough.
    func bytes(until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async throws -> [UInt8] {
        try await received.bytes(until: isEnough, within: Self.patience, on: channel.eventLoop)
    }

    /// All that came until the server closed.
    func rest() async throws -> [UInt8] { try await bytes { _ in false } }

    func text(until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
        String(decoding: try await bytes { isEnough(String(decoding: $0, as: UTF8.self)) }, as: UTF8.self)
    }

    /// An answer's head, and what came after it.
    func head() async throws -> (head: String, rest: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        let all = try await bytes { Self.index(of: end, in: $0) != nil }
        let index = Self.index(of: end, in: all) ?? all.count
        return (String(decoding: all[..<index], as: UTF8.self), Array(all.dropFirst(index + end.count)))
    }

    static func index(of part: [UInt8], in all: [UInt8]) -> Int? {
        guard all.count >= part.count else { return nil }
        return (0...(all.count - part.count)).first { all[$0..<($0 + part.count)].elementsEqual(part) }
    }
}

/// Bytes that come on an event loop, for a test that waits for them.
final class NIOLockedBytes: @unchecked Sendable {
    // Safe because all of it is behind the lock.
    private let lock = NIOLock()
    private var bytes: [UInt8] = []
    private var ended = false
    private var waiter: (isEnough: @Sendable ([UInt8]) -> Bool, promise: EventLoopPromise<[UInt8]>)?

    func append(_ new: ByteBufferView) { change { $0.bytes += new } }

    func end() { change { $0.ended = true } }

    private func change(_ body: (NIOLockedBytes) -> Void) {
        let done = lock.withLock { () -> (EventLoopPromise<[UInt8]>, [UInt8])? in
            body(self)
            guard let waiter, ended || waiter.isEnough(bytes) else { return nil }
            self.waiter = nil
            return (waiter.promise, bytes)
        }
        done.map { $0.succeed($1) }
    }

    func bytes(
        until isEnough: @escaping @Sendable ([UInt8]) -> Bool, within patience: TimeAmount, on loop: any EventLoop
    ) async throws -> [UInt8] {
        let promise = loop.makePromise(of: [UInt8].self)
        lock.withLock { waiter = (isEnough, promise) }
        change { _ in }
        let timer = loop.scheduleTask(in: patience) { [self] in
            let all = lock.withLock { self.bytes }
            promise.fail(Late(bytes: String(decoding: all, as: UTF8.self)))
        }
        defer { timer.cancel() }
        return try await promise.futureResult.get()
    }

    /// What was waited for did not come; this did.
    struct Late: Error { let bytes: String }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let received: NIOLockedBytes

    init(_ received: NIOLockedBytes) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.append(unwrapInboundIn(data).readableBytesView)
    }

    func channelInactive(context: ChannelHandlerContext) { received.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
