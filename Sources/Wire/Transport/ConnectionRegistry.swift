import NIOCore
import Synchronization

/// A server's connections, and which more it takes.
final class ConnectionRegistry: Sendable {
    /// A connection that was taken in. To be let go by `remove`.
    struct Ticket {
        fileprivate let number: UInt64
        fileprivate let address: String
        /// A connection whose handshake is too old to be kept while this one waits: to be closed.
        let displaced: WireConnection?
    }

    private struct Handshake {
        var connection: WireConnection?
        var since: MonotonicTime
    }

    private struct State {
        var connections: [ObjectIdentifier: WireConnection] = [:]
        var byAddress: [String: Int] = [:]
        var total = 0
        var handshakes: [UInt64: Handshake] = [:]
        /// No handshake has a lower number.
        var oldest: UInt64 = 0
        var next: UInt64 = 0
        var isDraining = false
        var whenEmpty: (@Sendable () -> Void)?

        /// Takes out the oldest handshake if it has lasted longer than `patience`.
        mutating func displace(now: MonotonicTime, patience: Duration) -> WireConnection? {
            while oldest < next, handshakes[oldest] == nil { oldest += 1 }
            guard let first = handshakes[oldest], let connection = first.connection, first.since + patience <= now
            else {
                return nil
            }
            handshakes[oldest] = nil
            return connection
        }
    }

    private let limits: WireLimits
    private let state = Mutex(State())

    init(limits: WireLimits) {
        self.limits = limits
    }

    var count: Int { state.withLock { $0.total } }
    var handshakes: Int { state.withLock { $0.handshakes.count } }

    /// Takes a connection from `address` in, or says why not.
    ///
    /// When too many shake hands, a handshake that is slower than any honest one gives way, so that peers who open
    /// connections and say nothing do not keep the others out.
    func admit(address: String, now: MonotonicTime) -> Result<Ticket, Refused> {
        state.withLock { state in
            if state.isDraining || state.total >= limits.maxConnections { return .failure(.init(.tooManyConnections)) }
            let fromAddress = state.byAddress[address] ?? 0
            if fromAddress >= limits.maxConnectionsPerAddress {
                return .failure(.init(.tooManyConnectionsFromAddress))
            }
            var displaced: WireConnection?
            if state.handshakes.count >= limits.maxHandshakesInFlight {
                displaced = state.displace(now: now, patience: limits.handshakePatience)
                if displaced == nil { return .failure(.init(.tooManyHandshakes)) }
            }
            state.byAddress[address] = fromAddress + 1
            state.total += 1
            let number = state.next
            state.next += 1
            state.handshakes[number] = Handshake(since: now)
            return .success(Ticket(number: number, address: address, displaced: displaced))
        }
    }

    /// Why a connection was not taken in.
    struct Refused: Error {
        let reason: WireRefusal

        init(_ reason: WireRefusal) { self.reason = reason }
    }

    func add(_ connection: WireConnection, _ ticket: Ticket) {
        state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = connection
            state.handshakes[ticket.number]?.connection = connection
        }
    }

    func handshakeDone(_ ticket: Ticket) {
        state.withLock { $0.handshakes[ticket.number] = nil }
    }

    func remove(_ connection: WireConnection, _ ticket: Ticket) {
        let whenEmpty = state.withLock { state -> (@Sendable () -> Void)? in
            state.connections[ObjectIdentifier(connection)] = nil
            state.handshakes[ticket.number] = nil
            state.total -= 1
            if let count = state.byAddress[ticket.address] {
                state.byAddress[ticket.address] = count == 1 ? nil : count - 1
            }
            guard state.total == 0 else { return nil }
            defer { state.whenEmpty = nil }
            return state.whenEmpty
        }
        whenEmpty?()
    }

    /// Takes no more connections in; `whenEmpty` is called once, when the last one is gone.
    func drain(whenEmpty: @escaping @Sendable () -> Void) -> [WireConnection] {
        let (connections, isEmpty) = state.withLock { state in
            state.isDraining = true
            if state.total > 0 { state.whenEmpty = whenEmpty }
            return (Array(state.connections.values), state.total == 0)
        }
        if isEmpty { whenEmpty() }
        return connections
    }

    var connections: [WireConnection] { state.withLock { Array($0.connections.values) } }

    /// What connections are counted by: an IPv4 address, or the network that an IPv6 address is in, since one host may
    /// have all of a network's 2^64 addresses.
    static func key(_ address: SocketAddress?) -> String {
        guard case .v6(let v6)? = address else { return address?.ipAddress ?? "" }
        // A sockaddr_in6: family, port and flow in 8 bytes, then the address.
        let bytes = withUnsafeBytes(of: v6.address) { Array($0[8..<24]) }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return bytes[12...].map { String($0) }.joined(separator: ".") }
        return bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }
}
