import Kernel
import Logging
import Messages
import Synchronization

/// Reads Depot's log for the live sessions, from where an earlier life of the gateway had come to.
///
/// What is kept of that log is stored in the gateway's own now and then, with the position: a restart reads what came
/// after it, not everything that ever was.
final class DepotFollower: Sendable {
    static let depot = "depot"
    /// Rises when what is stored changes its meaning; another format's is left aside.
    static let format: UInt32 = 2
    /// Events between two views, as for snapshots; more when the view is large.
    private static let every = 20_000

    private struct Place {
        /// The last event that the sessions know.
        var position: UInt64 = 0
        /// To be read before robots are served.
        var wanted: UInt64 = 0
        var stored: UInt64 = 0
        var storedBytes = 0
    }

    private let loop: ServiceLoop<GatewayCore>
    private let sessions: LiveSessions
    private let logger: Logger
    private let place = Mutex(Place())

    /// Takes the stored view, if there is a usable one: blocks while it reads.
    /// - Throws: `StorageError` when the gateway's log cannot be read.
    init(loop: ServiceLoop<GatewayCore>, sessions: LiveSessions, logger: Logger) throws {
        self.loop = loop
        self.sessions = sessions
        self.logger = logger
        guard let view = try loop.log.view(Self.depot), view.format == Self.format else { return }
        do {
            try sessions.restore(view.state)
            place.withLock { $0 = Place(position: view.position, stored: view.position, storedBytes: view.state.count) }
        } catch {
            logger.warning(
                "What the gateway kept of Depot's log cannot be read; that log is read instead",
                metadata: ["error": "\(error)"])
        }
    }

    /// The last event that the sessions know.
    var position: UInt64 { place.withLock { $0.position } }

    /// Looks how far Depot's log must be read before robots are served; true when it is read so far.
    /// - Throws: `StorageError` when it has lost events that the view knew.
    func begin() throws(StorageError) -> Bool {
        let head = loop.stream.head(of: Self.depot)
        let position = place.withLock { place in
            place.wanted = head ?? 0
            return place.position
        }
        if let head, position > head {
            throw StorageError(
                .damaged,
                "the log of depot ends at position \(head), but the gateway knows it up to \(position): events were lost; "
                    + "restore the data directory from a backup")
        }
        return position >= head ?? 0
    }

    /// Takes in the next event; true when the log is read as far as robots need it.
    func take(_ recorded: RecordedEvent) throws(StorageError) -> Bool {
        sessions.apply(try recorded.decoded(as: DepotV1.Event.self))
        let (isDue, isCaughtUp) = place.withLock { place in
            place.position = recorded.position
            let news = place.position - place.stored
            let interval = SnapshotPolicy.interval(Self.every, bytes: place.storedBytes)
            return (news >= UInt64(interval), place.position == place.wanted)
        }
        if isDue { store() }
        return isCaughtUp
    }

    /// Stores what is known now with the gateway's next batch. What becomes of it matters little: the view before serves as
    /// well, with more to read.
    func store() {
        // The position first: an event that comes in between is in the view and read again, which changes nothing.
        let position = place.withLock { $0.position }
        guard position > place.withLock({ $0.stored }) else { return }
        let state = sessions.depotView()
        place.withLock { place in
            place.stored = position
            place.storedBytes = state.count
        }
        loop.store(StoredSnapshot(format: Self.format, position: position, state: state), asView: Self.depot) {
            [logger] result in
            if case .failure(let error) = result {
                logger.debug("gateway.view.failed", metadata: ["error": "\(error)"])
            }
        }
    }
}
