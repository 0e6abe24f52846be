import Messages

@testable import BotEmulator
@testable import RobotLink

/// A robot's storage: its bytes, and how many of them are safe from a crash.
final class SimDisk: JournalStorage {
    private(set) var bytes: [UInt8] = []
    private var flushed = 0
    /// Records behind what is flushed.
    private var unflushed: [BotsV1.JournalRecord] = []
    /// What a crash cannot take any more.
    private(set) var lastReport: UInt64 = 0
    private(set) var lastDirective: UInt64 = 0
    /// Told each record that is safe now.
    var stored: (BotsV1.JournalRecord) -> Void = { _ in }
    /// What becomes of the next write.
    enum Write {
        case well
        case fails
        /// The robot dies meanwhile: anything between nothing and all of it may be there afterwards.
        case isCut
    }

    var next = Write.well
    let journal: String

    /// An empty journal.
    init(journal: String) {
        self.journal = journal
        bytes = Self.encode(RecoveredJournal(journal: journal).compacted(keeping: { _ in true }).records)
        flushed = bytes.count
    }

    private static func encode(_ records: [BotsV1.JournalRecord]) -> [UInt8] { records.flatMap(JournalFormat.encode) }

    func append(_ more: [UInt8], isFlushed: Bool) throws(JournalError) {
        let write = next
        next = .well
        if write == .fails { throw JournalError(.io, "the robot's disk has failed") }
        bytes += more
        unflushed += JournalFormat.decode(more).records
        if write == .isCut { throw JournalError(.io, "the robot is dead") }
        if isFlushed { flush() }
    }

    func replace(with records: [BotsV1.JournalRecord]) {
        bytes = Self.encode(records)
        flush()
    }

    private func flush() {
        flushed = bytes.count
        for record in unflushed { note(record) }
        unflushed = []
    }

    private func note(_ record: BotsV1.JournalRecord) {
        switch record.kind {
        case .report(let report): lastReport = max(lastReport, report.report)
        case .directive(let directive): lastDirective = max(lastDirective, directive.directive)
        default: return
        }
        stored(record)
    }

    /// What was not flushed is lost, or some of it is there all the same, torn anywhere. What can be read is kept.
    func crash(_ random: SimRandom) {
        bytes.removeLast(random.below(bytes.count - flushed + 1))
        let (records, length) = JournalFormat.decode(Array(bytes[flushed...]))
        bytes.removeLast(bytes.count - flushed - length)
        flushed = bytes.count
        for record in records { note(record) }
        unflushed = []
    }

    /// What the journal says to a robot that starts.
    func recover() -> RecoveredJournal? { RecoveredJournal(JournalFormat.decode(bytes).records) }
}
