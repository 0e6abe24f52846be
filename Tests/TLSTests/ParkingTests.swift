import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// A server's connection lets go of its handshake's session; everything goes on without it.
@Suite struct ParkingTests {
    private let message = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    @Test func onlyTheCertificatesBytesAreKept() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        let connection = try pair.server.tls().connection
        #expect(SSL_get_session(connection.ssl) == nil)
        #expect(connection.peerCertificates?.own == realm.bot.certificate.der)
        #expect(connection.peerCertificates?.others.isEmpty == true)
        // The client's end has its own uses for its session.
        #expect(SSL_get_session(try pair.client.tls().connection.ssl) != nil)
    }

    @Test func dataKeysAndTheEndWorkWithoutTheSession() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        for end in [pair.client, pair.server] {
            let ssl = try end.tls().connection.ssl
            #expect(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
            pair.client.write(message)
            pair.server.write(message.reversed())
            try pair.pump(chunk: 1_000)
        }
        #expect(pair.server.recorder.data == message + message)
        #expect(pair.client.recorder.data == message.reversed() + message.reversed())
        // close_notify, in both directions.
        pair.server.channel.close(promise: nil)
        try pair.pump()
        #expect(pair.client.recorder.errors.isEmpty)
        #expect(pair.client.recorder.inactive)
    }

    @Test func brokenRecordsStillGetTheirAlert() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        pair.client.write([1, 2, 3])
        var ciphertext = try pair.client.takeOutbound()
        let last = ciphertext.writerIndex - 1
        ciphertext.setInteger(try #require(ciphertext.getInteger(at: last, as: UInt8.self)) ^ 1, at: last)
        try? Pair.deliver(ciphertext, to: pair.server, chunk: nil)
        #expect(pair.server.recorder.error?.reason == .protocolViolation)
        try Pair.deliver(pair.server.takeOutbound(), to: pair.client, chunk: nil)
        #expect(pair.client.recorder.error != nil)
    }

    @Test func resumedSessionsAreParkedToo() throws {
        let realm = try Realm()
        var configuration = realm.serverSide
        configuration.ticketKeys = try TLSTicketKeys(now: testNow)
        let server = try TLSContext(configuration)
        let client = try TLSContext(realm.clientSide(realm.bot))
        for round in 0..<3 {
            let pair = try Pair(server, client)
            try pair.pump()
            #expect(pair.server.recorder.handshake?.isResumed == (round > 0))
            #expect(pair.server.recorder.handshake?.peer?.id == "b-1")
            let connection = try pair.server.tls().connection
            #expect(SSL_get_session(connection.ssl) == nil)
            #expect(connection.peerCertificates?.own == realm.bot.certificate.der)
            pair.client.write(message)
            try pair.pump()
            #expect(pair.server.recorder.data == message)
        }
    }
}
