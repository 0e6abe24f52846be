import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

@Suite struct TLSHandshakeTests {
    @Test func bothSidesLearnWhoTheOtherIs() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        let atServer = try #require(pair.server.recorder.handshake)
        #expect(atServer.peer?.uri == "spiffe://mall.test/bot/b-1")
        #expect(atServer.alpn == "mallbots/1")
        #expect(atServer.version == "TLSv1.3")
        #expect(pair.client.recorder.handshake?.peer?.uri == "spiffe://mall.test/service/gateway")
        #expect(pair.server.recorder.errors.isEmpty && pair.client.recorder.errors.isEmpty)
    }

    @Test func aServerWithoutClientAuthorityTakesAnyone() throws {
        let realm = try Realm()
        let pair = try Pair(.server(realm.server, clientCA: []), realm.clientSide(nil))
        try pair.pump()
        let handshake = try #require(pair.server.recorder.handshake)
        #expect(handshake.peer == nil)
    }

    @Test(arguments: ["localhost", "LOCALHOST", "127.0.0.1", "::1"])
    func acceptsEachOfTheServersNames(_ name: String) throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot, name: name))
        try pair.pump()
        #expect(pair.client.recorder.handshake != nil)
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64, 1000])
    func worksHoweverBytesAreSplit(_ chunk: Int) throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump(chunk: chunk)
        #expect(pair.server.recorder.handshake != nil)
        let message = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        pair.client.write(message)
        pair.server.write(message.reversed())
        try pair.pump(chunk: chunk)
        #expect(pair.server.recorder.data == message)
        #expect(pair.client.recorder.data == message.reversed())
    }

    @Test func aRecordMayBeCutInTwoAnywhere() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        var expected: [UInt8] = []
        // 5 bytes of header, 100 of data, 1 of type, 16 of tag.
        for cut in 1..<122 {
            let message = [UInt8](repeating: UInt8(cut), count: 100)
            pair.client.write(message)
            expected += message
            var record = try pair.client.takeOutbound()
            #expect(record.readableBytes == 122)
            let slice = record.readSlice(length: cut)
            let head = try #require(slice)
            try pair.server.channel.writeInbound(head)
            try pair.server.channel.writeInbound(record)
            #expect(pair.server.recorder.data == expected)
        }
    }

    @Test func carriesMuchData() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        let megabytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: ($0 >> 8) &+ $0) }
        pair.client.write(megabytes)
        try pair.pump(chunk: 65_536)
        #expect(pair.server.recorder.data == megabytes)
    }

    @Test func whatIsWrittenBeforeTheHandshakeWaitsForIt() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
        var done = false
        promise.futureResult.assumeIsolated().whenSuccess { done = true }
        pair.client.channel.writeAndFlush(ByteBuffer(string: "early"), promise: promise)
        #expect(!done)
        try pair.pump()
        #expect(done)
        #expect(pair.server.recorder.data == Array("early".utf8))
    }

    @Test func oneBatchEachWay() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        var done: [Int] = []
        for index in 0..<3 {
            let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { done.append(index) }
            pair.client.channel.write(ByteBuffer(string: "part \(index);"), promise: promise)
        }
        #expect(try pair.client.takeOutbound().readableBytes == 0)
        pair.client.channel.flush()
        #expect(done.sorted() == [0, 1, 2])
        // Three writes and one flush: one record, in one buffer.
        let record = try #require(try pair.client.channel.readOutbound(as: ByteBuffer.self))
        #expect(try pair.client.channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(record.readableBytes == 21 + 22)
        // Several records in one read: one buffer and one end of batch.
        pair.client.write(Array("next".utf8))
        var both = record
        both.writeImmutableBuffer(try pair.client.takeOutbound())
        let before = pair.server.recorder.readCompletes
        try pair.server.channel.writeInbound(both)
        #expect(pair.server.recorder.data == Array("part 0;part 1;part 2;next".utf8))
        #expect(pair.server.recorder.reads == 1)
        #expect(pair.server.recorder.readCompletes == before + 1)
    }

    @Test func onlyServersUseTheirCertificatesAsServers() throws {
        let realm = try Realm()
        // A robot's certificate does not make a server, even with a fitting name.
        let posing = try realm.credentials(hosts: ["localhost"])
        let pair = try Pair(
            .server(posing, clientCA: [realm.authority.certificate]), realm.clientSide(realm.bot))
        try pair.pump()
        #expect(pair.client.recorder.error?.reason == .wrongPurpose)
        #expect(pair.server.recorder.handshake == nil)
    }

    @Test func nothingOutlivesItsChannel() throws {
        let realm = try Realm()
        weak var connection: TLSConnection?
        weak var context: TLSContext?
        do {
            let shared = try TLSContext(realm.serverSide)
            context = shared
            let server = EmbeddedChannel()
            let handler = try TLSHandler(context: shared, logger: quiet)
            connection = handler.connection
            try server.pipeline.syncOperations.addHandler(handler)
            let client = try End(realm.clientSide(realm.bot))
            try client.activate()
            server.pipeline.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
            try server.writeInbound(client.takeOutbound())
            #expect(connection != nil)
            server.close(promise: nil)
            server.embeddedEventLoop.run()
            client.channel.close(promise: nil)
            client.channel.embeddedEventLoop.run()
        }
        #expect(connection == nil)
        #expect(context == nil)
    }
}
