import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

@Suite struct TLSClosingTests {
    private func established() throws -> Pair {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        return pair
    }

    @Test func closingSaysSo() throws {
        let pair = try established()
        pair.client.write(Array("last words".utf8))
        var closed = false
        let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { closed = true }
        pair.client.channel.close(promise: promise)
        #expect(closed)
        try pair.pump()
        #expect(pair.server.recorder.data == Array("last words".utf8))
        #expect(pair.server.recorder.errors.isEmpty && pair.client.recorder.errors.isEmpty)
        #expect(!pair.server.channel.isActive)
        #expect(pair.server.recorder.readCompletes > 0)
        // The server said goodbye as well, to a client that no longer listens.
        #expect(pair.server.recorder.inactive)
    }

    @Test func anEndWithoutCloseNotifyIsToldApart() throws {
        let pair = try established()
        pair.client.write(Array("cut".utf8))
        try pair.pump()
        pair.server.channel.pipeline.fireChannelInactive()
        #expect(pair.server.recorder.data == Array("cut".utf8))
        #expect(pair.server.recorder.error?.reason == .truncated)
        #expect(pair.server.recorder.inactive)
    }

    @Test func anEndBeforeTheHandshakeIsToldApart() throws {
        let realm = try Realm()
        let server = try End(realm.serverSide)
        try server.activate()
        server.channel.pipeline.fireChannelInactive()
        #expect(server.recorder.error?.reason == .closedInHandshake)
    }

    @Test func aHalfOpenConnectionCanStillBeWrittenTo() throws {
        let pair = try established()
        pair.server.channel.allowRemoteHalfClosure = true
        pair.client.channel.close(mode: .output, promise: nil)
        try pair.pump()
        #expect(pair.server.recorder.inputClosed == 1)
        #expect(pair.server.recorder.errors.isEmpty)
        pair.server.write(Array("answer".utf8))
        // An embedded channel cannot close one half, so the client is gone; that TLS still encrypts is what counts.
        #expect(try pair.server.takeOutbound().readableBytes == 6 + 22)
        // The socket's own end of input, after close_notify, is no news.
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.inputClosed == 1 && pair.server.recorder.errors.isEmpty)
    }

    @Test func aHalfOpenSocketWithoutCloseNotifyIsTruncated() throws {
        let pair = try established()
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.error?.reason == .truncated)
        #expect(!pair.server.channel.isActive)
    }

    @Test func closingDuringTheHandshakeFailsWhatWaited() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
        var failed = false
        promise.futureResult.assumeIsolated().whenFailure { _ in failed = true }
        pair.client.channel.writeAndFlush(ByteBuffer(string: "never"), promise: promise)
        pair.client.channel.close(promise: nil)
        #expect(failed)
        #expect(pair.client.recorder.errors.isEmpty)
        #expect(!pair.client.channel.isActive)
    }

    @Test func writingAfterClosingFails() throws {
        let pair = try established()
        pair.client.channel.close(promise: nil)
        let late = pair.client.channel.writeAndFlush(ByteBuffer(string: "late"))
        pair.client.channel.embeddedEventLoop.run()
        #expect(throws: (any Error).self) { try late.wait() }
    }

    @Test func tamperingEndsTheConnection() throws {
        let pair = try established()
        pair.client.write(Array("pay 10".utf8))
        var record = try pair.client.takeOutbound()
        let last = record.writerIndex - 1
        record.setInteger(record.getInteger(at: last, as: UInt8.self).map { $0 ^ 1 } ?? 0, at: last)
        try pair.server.channel.writeInbound(record)
        #expect(pair.server.recorder.data.isEmpty)
        #expect(pair.server.recorder.error?.reason == .protocolViolation)
        #expect(!pair.server.channel.isActive)
    }

    @Test func plainTextInTheMiddleEndsTheConnection() throws {
        let pair = try established()
        try pair.server.channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        #expect(pair.server.recorder.error?.reason == .protocolViolation)
    }
}
