import Synchronization

/// A server's connections, and which more it takes.
final class ConnectionRegistry: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: WireConnection] = [:]
        var byAddress: [String: Int] = [:]
        var total = 0
        var handshakes = 0
        var isDraining = false
        var whenEmpty: (@Sendable () -> Void)?
    }

    private let limits: WireLimits
    private let state = Mutex(State())

    init(limits: WireLimits) {
        self.limits = limits
    }

    var count: Int { state.withLock { $0.total } }

    /// Takes a connection from `address` in, or says why not. One that is taken in is to be let go by `remove`.
    func admit(address: String) -> WireRefusal? {
        state.withLock { state in
            if state.isDraining || state.total >= limits.maxConnections { return .tooManyConnections }
            if state.handshakes >= limits.maxHandshakesInFlight { return .tooManyHandshakes }
            let fromAddress = state.byAddress[address] ?? 0
            if fromAddress >= limits.maxConnectionsPerAddress { return .tooManyConnectionsFromAddress }
            state.byAddress[address] = fromAddress + 1
            state.total += 1
            state.handshakes += 1
            return nil
        }
    }

    func add(_ connection: WireConnection) {
        state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
    }

    func handshakeDone() {
        state.withLock { $0.handshakes -= 1 }
    }

    func remove(_ connection: WireConnection, address: String) {
        let whenEmpty = state.withLock { state -> (@Sendable () -> Void)? in
            state.connections[ObjectIdentifier(connection)] = nil
            state.total -= 1
            if let count = state.byAddress[address] { state.byAddress[address] = count == 1 ? nil : count - 1 }
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
}
