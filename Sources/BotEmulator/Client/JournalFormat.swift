public import Messages

/// How records lie in a journal's file: `length: uint32, big-endian`, `crc32: uint32, big-endian` (of the length's four
/// bytes and the record), then the record, a `mallbots.bots.v1.JournalRecord`. A power cut can leave a torn record only
/// at the end.
public enum JournalFormat {
    static let headerBytes = 8
    /// A record's length at most; a longer one is damage.
    static let maxRecordBytes = 1 << 20

    static func encode(_ record: BotsV1.JournalRecord) -> [UInt8] {
        let payload = record.protobuf()
        let length = bigEndian(UInt32(payload.count))
        return length + bigEndian(CRC32.checksum(length + payload)) + payload
    }

    /// The records from the beginning, and how many bytes they take; what follows is torn or damaged.
    static func decode(_ bytes: [UInt8]) -> (records: [BotsV1.JournalRecord], bytes: Int) {
        var records: [BotsV1.JournalRecord] = []
        var offset = 0
        while let payload = payload(bytes, at: offset),
            let record = try? BotsV1.JournalRecord(protobuf: Array(payload), limits: .unlimited), record.kind != nil
        {
            records.append(record)
            offset = payload.endIndex
        }
        return (records, offset)
    }

    /// Whether what follows the last whole record is what a power cut leaves: nothing whole comes after it, but for zeros
    /// in between, which are blocks that never reached the disk.
    static func isTorn(_ bytes: [UInt8], at offset: Int) -> Bool {
        let begin = bytes[offset...].firstIndex { $0 != 0 } ?? bytes.count
        // A record that begins behind zeros has up to three of them in its length.
        if begin > offset, (max(offset, begin - 3)...begin).contains(where: { payload(bytes, at: $0) != nil }) {
            return true
        }
        return !(offset..<bytes.count).contains { payload(bytes, at: $0) != nil }
    }

    /// The whole record that begins at an offset, without its header.
    private static func payload(_ bytes: [UInt8], at offset: Int) -> ArraySlice<UInt8>? {
        guard bytes.count - offset > headerBytes else { return nil }
        let length = Int(number(bytes, at: offset))
        let start = offset + headerBytes
        guard length > 0, length <= maxRecordBytes, bytes.count - start >= length else { return nil }
        let payload = bytes[start..<start + length]
        guard CRC32.checksum(bytes[offset..<offset + 4] + payload) == number(bytes, at: offset + 4) else { return nil }
        return payload
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The CRC of ISO 3309, as in gzip.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
    }
}

/// What a journal says: a fold over its records, pure.
public struct RecoveredJournal: Sendable, Hashable {
    /// The journal's id.
    public package(set) var journal: String
    /// The last report made; 0: none.
    public package(set) var lastReport: UInt64 = 0
    /// The last directive stored; 0: none.
    public package(set) var lastDirective: UInt64 = 0
    /// Every report up to this one is on the gateway's disk.
    public package(set) var reportAck: UInt64 = 0
    /// Reports and directives that are still in the file, in the order in which they were stored.
    public package(set) var entries: [Entry] = []
    /// The newest note, and the last report before it: a crash between a report and its note leaves an older one.
    public package(set) var note: [UInt8] = []
    public package(set) var noteReport: UInt64 = 0

    /// Something that happened to the robot.
    public enum Entry: Sendable, Hashable {
        case report(BotsV1.FromBot)
        case directive(BotsV1.ToBot)
    }

    var reports: [BotsV1.FromBot] {
        entries.compactMap { if case .report(let report) = $0 { report } else { nil } }
    }

    /// Directives that the robot is not done with, in order.
    public var openDirectives: [BotsV1.ToBot] {
        entries.compactMap { if case .directive(let directive) = $0 { directive } else { nil } }
    }

    /// An empty journal.
    public init(journal: String) {
        self.journal = journal
    }

    /// Nil when the records do not begin as a journal does.
    init?(_ records: [BotsV1.JournalRecord]) {
        guard case .begin(let begin) = records.first?.kind, begin.format == 1 else { return nil }
        journal = begin.journal
        lastReport = begin.lastReport
        lastDirective = begin.lastDirective
        reportAck = begin.reportAck
        for record in records.dropFirst() { add(record) }
    }

    /// Takes up one more record.
    package mutating func add(_ record: BotsV1.JournalRecord) {
        switch record.kind {
        case .report(let report):
            lastReport = max(lastReport, report.report)
            entries.append(.report(report))
        case .directive(let directive):
            lastDirective = max(lastDirective, directive.directive)
            entries.append(.directive(directive))
        case .reportAck(let report): reportAck = max(reportAck, report)
        case .note(let note): (self.note, noteReport) = (note, lastReport)
        case .directiveDone(let number):
            entries.removeAll {
                if case .directive(let directive) = $0 { directive.directive == number } else { false }
            }
        case .begin, nil: break
        }
    }

    /// Whether a robot that finishes its directives may still need an entry: a directive that it is not done with, or what
    /// it has said of a task that such a directive gave it.
    func isOpen(_ entry: Entry) -> Bool {
        switch entry {
        case .directive: true
        case .report(let report):
            openDirectives.contains { directive in
                if case .assignTask(let task) = directive.body { task.taskID == report.body?.task?.id } else { false }
            }
        }
    }

    /// The records of a file that says the same with `keep` of the entries; reports without acknowledgement stay in
    /// any case.
    func compacted(keeping keep: (Entry) -> Bool) -> (journal: RecoveredJournal, records: [BotsV1.JournalRecord]) {
        var smaller = self
        smaller.entries = entries.filter { entry in
            if case .report(let report) = entry, report.report > reportAck { return true }
            return keep(entry)
        }
        // With the last report kept, the note's place among them is told by what the file says before it.
        let isLastKept = smaller.reports.last?.report == lastReport
        let begin = BotsV1.JournalBegin(
            format: 1, journal: journal, lastReport: isLastKept ? noteReport : lastReport, lastDirective: lastDirective,
            reportAck: reportAck)
        var records = [BotsV1.JournalRecord(kind: .begin(begin))]
        var isNoteDue = !note.isEmpty
        for entry in smaller.entries {
            switch entry {
            case .report(let report):
                if isNoteDue, report.report > noteReport {
                    records.append(BotsV1.JournalRecord(kind: .note(note)))
                    isNoteDue = false
                }
                records.append(BotsV1.JournalRecord(kind: .report(report)))
            case .directive(let directive): records.append(BotsV1.JournalRecord(kind: .directive(directive)))
            }
        }
        if isNoteDue { records.append(BotsV1.JournalRecord(kind: .note(note))) }
        return (smaller, records)
    }
}
