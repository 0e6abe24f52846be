import Dispatch
import Messages
import Synchronization

/// A robot's storage: records go to disk in the order in which they were given, many in one flush.
///
/// The disk's calls block on a queue of the journal's own, never on Swift's threads. Safe to use from anywhere.
///
/// Safe because the file is used on the queue only, and all else is in the `Mutex`.
final class Journal: @unchecked Sendable {
    typealias Completion = @Sendable (Result<Void, JournalError>) -> Void

    private struct State {
        var mirror: RecoveredJournal
        var waiting: [Work] = []
        var isScheduled = false
    }

    private enum Work {
        case append([UInt8], Completion?)
        case replace([BotsV1.JournalRecord])
    }

    private let state: Mutex<State>
    private let file: any JournalStorage
    private var failure: JournalError?
    private let inTurn: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Opens or makes the journal in a folder: blocks while it reads.
    convenience init(directory: String) throws(JournalError) {
        let (file, recovered) = try JournalFile.open(directory: directory) {
            // 128 bits in hexadecimal.
            String(UInt64.random(in: .min ... .max), radix: 16) + String(UInt64.random(in: .min ... .max), radix: 16)
        }
        let queue = DispatchQueue(label: "mallbots.journal")
        self.init(storage: file, recovered: recovered) { work in queue.async(execute: work) }
    }

    /// - Parameters:
    ///   - storage: what `recovered` was read from.
    ///   - inTurn: runs the pieces of work that it is given, which may block, one after the other.
    init(
        storage: any JournalStorage, recovered: RecoveredJournal,
        inTurn: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        file = storage
        self.inTurn = inTurn
        state = Mutex(State(mirror: recovered))
    }

    /// What the journal says, counting what is on its way to the disk.
    var contents: RecoveredJournal { state.withLock { $0.mirror } }

    /// Stores records; with a completion, it runs on the journal's queue once they are on disk. Without, they get there
    /// with the next ones.
    func append(_ records: [BotsV1.JournalRecord], completion: Completion? = nil) {
        let bytes = records.flatMap(JournalFormat.encode)
        enqueue { state in
            for record in records { state.mirror.add(record) }
            state.waiting.append(.append(bytes, completion))
        }
    }

    /// Forgets entries, except reports without acknowledgement, once there are more than `limit`.
    func compact(above limit: Int, keeping keep: @Sendable (RecoveredJournal.Entry, RecoveredJournal) -> Bool) {
        enqueue { state in
            let mirror = state.mirror
            guard mirror.entries.count > limit else { return }
            let (smaller, records) = mirror.compacted { keep($0, mirror) }
            guard smaller.entries.count < state.mirror.entries.count else { return }
            state.mirror = smaller
            state.waiting.append(.replace(records))
        }
    }

    private func enqueue(_ change: (inout State) -> Void) {
        let mustSchedule = state.withLock { state in
            change(&state)
            guard !state.waiting.isEmpty, !state.isScheduled else { return false }
            state.isScheduled = true
            return true
        }
        if mustSchedule { inTurn { self.work() } }
    }

    private func work() {
        while true {
            let batch = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isScheduled = false }
                return state.waiting
            }
            if batch.isEmpty { return }
            perform(batch)
        }
    }

    /// One flush for all that is appended in a row.
    private func perform(_ batch: [Work]) {
        var bytes: [UInt8] = []
        var completions: [Completion] = []
        func flush() {
            if !bytes.isEmpty {
                attempt { () throws(JournalError) in
                    try file.append(bytes, isFlushed: !completions.isEmpty)
                }
            }
            let result: Result<Void, JournalError> = failure.map { .failure($0) } ?? .success(())
            for completion in completions { completion(result) }
            (bytes, completions) = ([], [])
        }
        for work in batch {
            switch work {
            case .append(let more, let completion):
                bytes += more
                if let completion { completions.append(completion) }
            case .replace(let records):
                flush()
                attempt { () throws(JournalError) in try file.replace(with: records) }
            }
        }
        flush()
    }

    /// After a failed write it is not known what is on disk: nothing more is written.
    private func attempt(_ body: () throws(JournalError) -> Void) {
        guard failure == nil else { return }
        do {
            try body()
        } catch {
            failure = JournalError(.broken, error.message)
        }
    }
}
