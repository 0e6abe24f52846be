import NIOCore
import Testing

@testable import Web

@Suite("A listener's door")
struct DoorTests {
    private static var limits: WebLimits {
        var limits = WebLimits()
        limits.maxConnections = 6
        limits.maxConnectionsPerAddress = 3
        limits.maxArriving = 2
        limits.arrivalPatience = .seconds(2)
        return limits
    }

    @Test("lets in so many, and so many from one address")
    func counts() throws {
        var door = Door(limits: Self.limits)
        var tickets: [UInt64] = []
        func arrive(_ address: String?) throws {
            let ticket = try door.admit(from: address, now: .zero).ticket
            door.arrived(ticket)
            tickets.append(ticket)
        }
        for _ in 0..<3 { try arrive("192.0.2.1") }
        #expect(throws: Door.Refusal.tooManyFromAddress) { try arrive("192.0.2.1") }
        try arrive("192.0.2.2")
        try arrive(nil)
        try arrive(nil)
        #expect(throws: Door.Refusal.tooMany) { try arrive("192.0.2.3") }
        door.left(tickets[0])
        try arrive("192.0.2.1")
        #expect(door.count == 6)
    }

    @Test("has one who takes too long give way, but nobody who has just come")
    func arrivals() throws {
        var door = Door(limits: Self.limits)
        let first = try door.admit(from: nil, now: .seconds(10)).ticket
        let second = try door.admit(from: nil, now: .seconds(11)).ticket
        #expect(throws: Door.Refusal.tooManyArriving) { try door.admit(from: nil, now: .milliseconds(11_999)) }
        let third = try door.admit(from: nil, now: .seconds(12))
        #expect(third.displaced == first)
        door.left(first)
        door.arrived(second)
        #expect(try door.admit(from: nil, now: .seconds(12)).displaced == nil)
        #expect(throws: Door.Refusal.tooManyArriving) { try door.admit(from: nil, now: .seconds(13)) }
        #expect(try door.admit(from: nil, now: .seconds(14)).displaced == third.ticket)
    }

    @Test(
        "counts by address, by network for IPv6, and not this machine's own",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("127.0.0.1", nil), ("::1", nil), ("::ffff:127.0.0.1", nil),
            ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] as [(String, String?)])
    func keys(address: String, key: String?) throws {
        #expect(Doorkeeper.key(try SocketAddress(ipAddress: address, port: 1)) == key)
    }
}
