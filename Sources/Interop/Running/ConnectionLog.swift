import Synchronization
import Wire

/// What became of one client's connections. Safe to use from anywhere.
final class ConnectionLog: Sendable {
    private let noted = Mutex<[(time: ContinuousClock.Instant, event: WireClientEvent)]>([])
    /// Each event as it comes, for one consumer.
    let events: AsyncStream<WireClientEvent>
    private let continuation: AsyncStream<WireClientEvent>.Continuation

    init() {
        (events, continuation) = AsyncStream.makeStream(of: WireClientEvent.self)
    }

    func note(_ event: WireClientEvent) {
        noted.withLock { $0.append((.now, event)) }
        continuation.yield(event)
    }

    /// When the client began to connect, each time.
    var attempts: [ContinuousClock.Instant] {
        noted.withLock { $0.filter { $0.event == .connecting }.map(\.time) }
    }

    /// What each server said that said hello.
    var hellos: [PeerLimits] {
        noted.withLock {
            $0.compactMap { if case .connected(let connection) = $0.event { connection.peer } else { nil } }
        }
    }

    /// Why the last connection ended, if one has.
    var lastEnd: String? {
        noted.withLock { noted in
            for (_, event) in noted.reversed() {
                switch event {
                case .disconnected(let reason), .failed(let reason): return reason
                case .connecting, .connected: continue
                }
            }
            return nil
        }
    }
}
