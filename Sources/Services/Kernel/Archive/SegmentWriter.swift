import Glibc
import Messages

/// Writes one file of archived events, which appears under its name only when all of it is on the disk.
///
/// Not Sendable: used by one thread.
final class SegmentWriter {
    private let folder: String
    private let service: String
    private let first: UInt64
    private let file: Int32
    private var buffer: [UInt8] = []
    private var last: UInt64

    /// Begins a file for events from `first` on. One that was begun before and not finished is begun anew.
    init(folder: String, service: String, first: UInt64) throws(StorageError) {
        self.folder = folder
        self.service = service
        self.first = first
        last = first - 1
        let path = Self.partial(folder, service, first)
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ArchiveFolder.failure("make", path, errno) }
        buffer = SegmentFormat.title
        let begin = EventsV1.SegmentBegin(format: SegmentFormat.format, service: service, first: first)
        buffer += SegmentFormat.encode(EventsV1.SegmentRecord(kind: .begin(begin)))
    }

    deinit {
        close(file)
    }

    func append(_ events: [RecordedEvent]) throws(StorageError) {
        for event in events {
            precondition(event.position == last + 1, "an archive without a gap")
            buffer += SegmentFormat.encode(EventsV1.SegmentRecord(kind: .event(.init(event))))
            last = event.position
            if buffer.count > 1 << 20 { try write() }
        }
    }

    /// Has it all on disk under its name; returns that path.
    func finish() throws(StorageError) -> String {
        let end = EventsV1.SegmentEnd(last: last, count: last + 1 - first)
        buffer += SegmentFormat.encode(EventsV1.SegmentRecord(kind: .end(end)))
        try write()
        let (old, new) = (Self.partial(folder, service, first), ArchiveFolder.path(folder, service, first, last))
        guard fsync(file) == 0 else { throw ArchiveFolder.failure("flush", old, errno) }
        guard rename(old, new) == 0 else { throw ArchiveFolder.failure("name", new, errno) }
        try ArchiveFolder.flush(folder)
        return new
    }

    private static func partial(_ folder: String, _ service: String, _ first: UInt64) -> String {
        ArchiveFolder.path(folder, service, first, nil)
    }

    private func write() throws(StorageError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ArchiveFolder.failure("write", Self.partial(folder, service, first), errno) }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
