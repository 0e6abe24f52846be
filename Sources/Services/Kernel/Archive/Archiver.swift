/// Moves a log's oldest events into a folder, so that at every instant each event is in the log, in the folder, or in
/// both.
///
/// The events go into files that are on the disk before any of them is deleted, and each is read back and compared
/// before it is. Done again after it was interrupted, it goes on where it was. Blocks on the disk; the log's folder must
/// be locked (``DataDirectory``).
public struct Archiver {
    let log: SQLiteEventLog
    let folder: String
    let eventsPerFile: UInt64
    let eventsPerDeletion: UInt64
    /// Called with the last position that has been done, and what was done with it.
    let progress: (_ step: Step, _ position: UInt64) -> Void

    public enum Step: Hashable, Sendable {
        case written, deleted
    }

    /// Makes the folder when it is missing.
    ///
    /// - Parameters:
    ///   - eventsPerFile: the most events in one file.
    ///   - eventsPerDeletion: the most events deleted in one transaction.
    public init(
        log: SQLiteEventLog, folder: String, eventsPerFile: UInt64 = 100_000, eventsPerDeletion: UInt64 = 2_000,
        progress: @escaping (Step, UInt64) -> Void = { _, _ in }
    ) throws(StorageError) {
        try DataDirectory.make(folder)
        self.log = log
        self.folder = folder
        self.eventsPerFile = eventsPerFile
        self.eventsPerDeletion = eventsPerDeletion
        self.progress = progress
    }

    /// Archives everything up to a position, which an ``ArchivePlan`` allows, and returns how many events left the log.
    ///
    /// - throws: ``StorageError``: `.damaged` when the folder holds other events under these positions, or does not
    ///   continue to where the log begins.
    public func archive(through position: UInt64) throws(StorageError) -> UInt64 {
        let position = min(position, log.head - min(log.head, 1))
        let begin = log.earliest
        guard position >= begin else { return 0 }
        let archive = try ArchiveFolder(folder)
        let archived = archive.range(of: log.name)
        if let archived, archived.upperBound + 1 < begin {
            throw StorageError(
                .damaged,
                "the archive \(folder) has events of \(log.name) to position \(archived.upperBound), and the log "
                    + "begins at \(begin): name the folder that has those in between")
        }
        if archived == nil, begin > 1 {
            throw StorageError(
                .damaged,
                "the log of \(log.name) begins at position \(begin), and the archive \(folder) has nothing of it: name "
                    + "the folder that has its earlier events")
        }
        try write(after: max(begin - 1, archived?.upperBound ?? 0), through: position)
        return try delete(through: position)
    }

    private func write(after start: UInt64, through end: UInt64) throws(StorageError) {
        var position = start
        while position < end {
            let last = min(end, position + eventsPerFile)
            let writer = try SegmentWriter(folder: folder, service: log.name, first: position + 1)
            while position < last {
                let events = try log.read(after: position, limit: Int(min(1_000, last - position)))
                guard let newest = events.last, events.first?.position == position + 1 else {
                    throw missing(position + 1)
                }
                try writer.append(events)
                position = newest.position
            }
            _ = try writer.finish()
            progress(.written, position)
        }
    }

    /// Only what the folder has, byte for byte, leaves the log.
    private func delete(through end: UInt64) throws(StorageError) -> UInt64 {
        var position = log.earliest - 1
        let start = position
        let archived = try ArchiveFolder(folder).events(of: log.name, after: position)
        while position < end {
            let limit = Int(min(eventsPerDeletion, end - position))
            let events = try log.read(after: position, limit: limit)
            guard let last = events.last else { throw missing(position + 1) }
            guard try archived.next(events.count) == events else {
                throw StorageError(
                    .damaged,
                    "the archive \(folder) holds other events of \(log.name) than the log between positions "
                        + "\(position + 1) and \(last.position): it is another mall's; name another folder")
            }
            try log.deleteEvents(through: last.position)
            position = last.position
            progress(.deleted, position)
        }
        return position - start
    }

    /// Brings archived events back, the newest first, and returns how many. The files stay.
    public func restore() throws(StorageError) -> UInt64 {
        let archive = try ArchiveFolder(folder)
        var restored: UInt64 = 0
        for segment in archive.segments.reversed() where segment.service == log.name && segment.first < log.earliest {
            guard segment.last + 1 >= log.earliest else {
                throw StorageError(
                    .damaged,
                    "the archive \(folder) has events of \(log.name) to position \(segment.last), and the log begins at "
                        + "\(log.earliest): name the folder that has those in between")
            }
            let reader = archive.events(of: log.name, after: segment.first - 1)
            let events = try reader.next(Int(log.earliest - segment.first))
            try log.restoreEvents(events)
            restored += UInt64(events.count)
        }
        return restored
    }

    private func missing(_ position: UInt64) -> StorageError {
        StorageError(
            .damaged,
            "the log of \(log.name) has no event at position \(position), though it has later ones: restore the data "
                + "directory from a backup")
    }
}
