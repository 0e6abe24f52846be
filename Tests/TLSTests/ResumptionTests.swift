import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// Session tickets: who may come back with one, and when.
@Suite struct ResumptionTests {
    /// A robot's server, with tickets.
    private func server(
        _ realm: Realm, _ keys: TLSTicketKeys, _ change: (inout TLSConfiguration) throws -> Void = { _ in }
    ) throws -> TLSContext {
        var configuration = realm.serverSide
        configuration.ticketKeys = keys
        configuration.trustDomain = "mall.test"
        try change(&configuration)
        return try TLSContext(configuration)
    }

    /// Connects, exchanges a word, and says whether the session was resumed; nil if it was refused.
    private func visit(_ server: TLSContext, _ client: TLSContext) throws -> Bool? {
        let pair = try Pair(server, client)
        try pair.pump()
        guard let atServer = pair.server.recorder.handshake else { return nil }
        pair.client.write([1, 2, 3])
        pair.server.write([4, 5])
        try pair.pump()
        #expect(pair.server.recorder.data == [1, 2, 3])
        #expect(pair.client.recorder.data == [4, 5])
        #expect(atServer.peer?.uri == "spiffe://mall.test/bot/b-1")
        #expect(pair.client.recorder.handshake?.peer?.uri == "spiffe://mall.test/service/gateway")
        #expect(pair.client.recorder.handshake?.isResumed == atServer.isResumed)
        return atServer.isResumed
    }

    @Test func aRobotComesBackWithEachTicketOnce() throws {
        let realm = try Realm()
        let context = try server(realm, TLSTicketKeys(now: testNow))
        let client = try TLSContext(realm.clientSide(realm.bot))
        #expect(try visit(context, client) == false)
        #expect(try visit(context, client) == true)
        // Each connection brought one new ticket.
        #expect(try visit(context, client) == true)
        let ticket = try #require(client.tickets?.take())
        #expect(client.tickets?.take() == nil)
        #expect(try visit(context, client) == false)
        client.tickets?.put(ticket)
        // The one that was taken out is used, then the next.
        #expect(try visit(context, client) == true)
    }

    @Test func noTicketsWithoutKeysNorForThoseWhoDoNotWantThem() throws {
        let realm = try Realm()
        let plain = try TLSContext(realm.serverSide)
        let client = try TLSContext(realm.clientSide(realm.bot))
        #expect(try visit(plain, client) == false)
        #expect(try visit(plain, client) == false)
        #expect(client.tickets?.take() == nil)
        var configuration = realm.clientSide(realm.bot)
        configuration.resumesSessions = false
        let forgetful = try TLSContext(configuration)
        let context = try server(realm, TLSTicketKeys(now: testNow))
        #expect(try visit(context, forgetful) == false)
        #expect(try visit(context, forgetful) == false)
    }

    @Test func anotherServerWithTheSameKeysGoesOn() throws {
        let realm = try Realm()
        try withFolder { folder in
            let first = try server(realm, TLSTicketKeys(path: "\(folder)/tickets.key", now: testNow))
            let client = try TLSContext(realm.clientSide(realm.bot))
            #expect(try visit(first, client) == false)
            let second = try server(realm, TLSTicketKeys(path: "\(folder)/tickets.key", now: testNow))
            #expect(try visit(second, client) == true)
            let stranger = try server(realm, TLSTicketKeys(now: testNow))
            #expect(try visit(stranger, client) == false)
        }
    }

    @Test func whoWasRevokedSinceDoesNotComeBack() throws {
        let realm = try Realm()
        let keys = try TLSTicketKeys(now: testNow)
        let client = try TLSContext(realm.clientSide(realm.bot))
        let context = try server(realm, keys) { $0.revocations = try realm.revocations() }
        #expect(try visit(context, client) == false)
        #expect(try visit(context, client) == true)
        let reloaded = try server(realm, keys) { $0.revocations = try realm.revocations(realm.bot.certificate) }
        let pair = try Pair(reloaded, client)
        try pair.pump()
        #expect(pair.server.recorder.handshake == nil)
        #expect(pair.server.recorder.error?.reason == .revoked)
        #expect(pair.client.recorder.error?.message.contains("as revoked") == true)
    }

    @Test func whoIsNotTrustedAnyMoreDoesNotComeBack() throws {
        let realm = try Realm()
        let keys = try TLSTicketKeys(now: testNow)
        let client = try TLSContext(realm.clientSide(realm.bot))
        #expect(try visit(try server(realm, keys), client) == false)
        let other = try Realm()
        var configuration = TLSConfiguration.server(realm.server, clientCA: [other.authority.certificate])
        configuration.ticketKeys = keys
        let pair = try Pair(TLSContext(configuration), client)
        try pair.pump()
        #expect(pair.server.recorder.error?.reason == .unknownAuthority)

        #expect(try visit(try server(realm, keys), client) == false)
        let moved = try server(realm, keys) { $0.trustDomain = "other.test" }
        let misled = try Pair(moved, client)
        try misled.pump()
        #expect(misled.server.recorder.error?.reason == .badIdentity)
    }

    @Test func anAnonymousSessionIsNoWayPastACertificate() throws {
        let realm = try Realm()
        let keys = try TLSTicketKeys(now: testNow)
        var open = TLSConfiguration.server(realm.server, clientCA: [])
        open.ticketKeys = keys
        let client = try TLSContext(realm.clientSide(nil))
        let first = try Pair(TLSContext(open), client)
        try first.pump()
        #expect(first.server.recorder.handshake?.peer == nil)
        let strict = try Pair(server(realm, keys), client)
        try strict.pump()
        #expect(strict.server.recorder.handshake == nil)
        #expect(strict.server.recorder.error?.reason == .noCertificate)
    }

    @Test func aServerThatWasRevokedSinceIsNotResumed() throws {
        let realm = try Realm()
        let context = try server(realm, TLSTicketKeys(now: testNow))
        let client = try TLSContext(realm.clientSide(realm.bot))
        #expect(try visit(context, client) == false)
        let ticket = try #require(client.tickets?.take())
        var wary = realm.clientSide(realm.bot)
        wary.revocations = try realm.revocations(realm.server.certificate)
        let reloaded = try TLSContext(wary)
        reloaded.tickets?.put(ticket)
        let pair = try Pair(context, reloaded)
        try pair.pump()
        #expect(pair.client.recorder.error?.reason == .revoked)
    }
}

/// The keys themselves: pure, with the time as an argument, and their file.
@Suite struct TicketKeyringTests {
    private func key(_ number: UInt8, _ created: Int64) -> TicketKeyring.Key {
        TicketKeyring.Key(
            created: created, name: [UInt8](repeating: number, count: 16),
            cipher: [UInt8](repeating: number &+ 1, count: 32), mac: [UInt8](repeating: number &+ 2, count: 32))
    }

    @Test func aNewKeySealsOnceEveryoneKnowsIt() {
        var ring = TicketKeyring([])
        #expect(ring.sealing(now: 0) == nil)
        #expect(ring.isDue(every: 1000, now: 0))
        ring.add(key(1, 0), every: 1000, now: 0)
        // The only one is used at once.
        #expect(ring.sealing(now: 0) == key(1, 0))
        #expect(!ring.isDue(every: 1000, now: 999))
        #expect(ring.isDue(every: 1000, now: 1000))
        ring.add(key(2, 1000), every: 1000, now: 1000)
        #expect(ring.sealing(now: 1119) == key(1, 0))
        #expect(ring.sealing(now: 1120) == key(2, 1000))
        #expect(ring.opening(key(1, 0).name) == key(1, 0))
        #expect(ring.opening(key(9, 0).name) == nil)
    }

    @Test func aKeyStaysAsLongAsItsTickets() {
        let interval: Int64 = 12 * 3600
        var ring = TicketKeyring([key(1, 0)])
        var now = interval
        ring.add(key(2, now), every: interval, now: now)
        // The last ticket of key 1 is sealed when key 2 has spread, and can be used for a session's lifetime.
        #expect(ring.keys.count == 2)
        now = 2 * interval
        ring.add(key(3, now), every: interval, now: now)
        #expect(ring.keys.map(\.created) == [2 * interval, interval, 0])
        now = 3 * interval
        ring.add(key(4, now), every: interval, now: now)
        #expect(ring.keys.map(\.created) == [3 * interval, 2 * interval, interval])
    }

    @Test func theTextKeepsThem() throws {
        let ring = TicketKeyring([key(1, 5), key(0xAB, 9)])
        #expect(try TicketKeyring(text: ring.text) == ring)
        #expect(ring.keys.map(\.created) == [9, 5])
        let lines = ring.text.split(separator: "\n").map(String.init)
        for damage in [
            lines[2].replacing("ab", with: "xy"), lines[2] + "00", String(lines[2].dropLast()), "5", "x " + lines[2],
            lines[2].replacing(" ", with: "  x "),
        ] {
            let error = #expect(throws: TLSError.self) { try TicketKeyring(text: "\(lines[0])\n\(damage)\n") }
            #expect(error?.message.hasPrefix("line 2 is damaged") == true)
        }
    }

    @Test func theFileIsMadeReadAndRotated() throws {
        try withFolder { folder in
            let path = "\(folder)/tickets.key"
            let first = try TLSTicketKeys(path: path, interval: 1000, now: testNow)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let second = try TLSTicketKeys(path: path, interval: 1000, now: testNow + 10)
            #expect(second.sealing(now: testNow) == first.sealing(now: testNow))
            // One adds a key; the other finds it.
            try second.refresh(now: testNow + 1000)
            try first.refresh(now: testNow + 1010)
            #expect(first.sealing(now: testNow + 1200) == second.sealing(now: testNow + 1200))
            #expect(first.sealing(now: testNow + 1200) != first.sealing(now: testNow + 1000))
            #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 4)
            // What is wrong with the file is said, and the keys stay what they were.
            try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
            #expect(chmod(path, 0o600) == 0)
            let damaged = #expect(throws: TLSError.self) { try first.refresh(now: testNow + 1020) }
            #expect(damaged?.message == "\(path): line 1 is damaged; remove the file to have new keys made")
            #expect(chmod(path, 0o644) == 0)
            let open = #expect(throws: TLSError.self) { try first.refresh(now: testNow + 1020) }
            #expect(open?.message == "\(path) is open to others (mode 644); run: chmod 600 \(path)")
            #expect(first.sealing(now: testNow + 1200) == second.sealing(now: testNow + 1200))
        }
    }
}
