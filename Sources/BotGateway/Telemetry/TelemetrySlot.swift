import Kernel
import Messages
import Synchronization

/// Where one bot's newest telemetry is. Its session holds it, so that a message costs neither a search nor a lock that
/// others want. Safe to use from anywhere.
final class TelemetrySlot: Sendable {
    private struct State {
        var entry: TelemetryBoard.Entry?
        /// The board's count of changes when it came.
        var change: UInt64 = 0
        var isListed = true
    }

    let botID: String
    private let board: TelemetryBoard
    private let state = Mutex(State())

    init(botID: String, board: TelemetryBoard) {
        self.botID = botID
        self.board = board
    }

    /// Newer telemetry replaces the last, unless that is not older than `gap`: then it is left out and counted. nil: always.
    func publish(_ telemetry: BotsV1.Telemetry, at time: Timestamp, gap: Duration?) {
        guard let gap else { return board.thinned() }
        let (isTaken, isListed) = state.withLock { state in
            if let last = state.entry?.time, time >= last, time - last < gap { return (false, true) }
            state.entry = TelemetryBoard.Entry(botID: botID, telemetry: telemetry, time: time)
            // Inside the lock: whoever looks at this slot after the count has risen finds the entry.
            state.change = board.changed()
            return (true, state.isListed)
        }
        if !isTaken { return board.thinned() }
        if !isListed { board.list(self) }
        board.wakeFollowers()
    }

    var entry: TelemetryBoard.Entry? { state.withLock { $0.entry } }

    /// The entry if it came after that many changes.
    func entry(after change: UInt64) -> TelemetryBoard.Entry? {
        state.withLock { $0.change > change ? $0.entry : nil }
    }

    func listed() { state.withLock { $0.isListed = true } }

    /// Forgets what came before `time`, and says whether nothing is left. The slot is then off the board, until its session
    /// has something new.
    func forget(before time: Timestamp) -> Bool {
        state.withLock { state in
            if let entry = state.entry, entry.time >= time { return false }
            state.entry = nil
            state.isListed = false
            return true
        }
    }
}
