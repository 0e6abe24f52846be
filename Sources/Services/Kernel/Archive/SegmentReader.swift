import Glibc
import Messages

/// Reads one file of archived events from its beginning, and takes nothing in it on trust.
///
/// Not Sendable: one reader, one place in the file.
final class SegmentReader {
    let path: String
    let service: String
    let first: UInt64
    private let file: Int32
    private var buffer: [UInt8] = []
    private var offset = 0
    /// The position of the last event read; `first - 1` before it.
    private(set) var position: UInt64
    private(set) var hasEnded = false

    /// - throws: ``StorageError``: `.notALog`, `.damaged`, `.newerFormat`, `.notAccessible`.
    init(_ path: String) throws(StorageError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw StorageError(
                .notAccessible, "the archived events \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        do throws(StorageError) {
            var bytes: [UInt8] = []
            var offset = 0
            let title = try Self.take(SegmentFormat.title.count, &bytes, &offset, file, path)
            guard Array(title) == SegmentFormat.title else {
                throw StorageError(.notALog, "\(path) is not a file of archived events: move it away")
            }
            guard case .begin(let begin) = try Self.record(&bytes, &offset, file, path).kind else {
                throw Self.damaged(path, "it does not begin as one")
            }
            guard begin.format <= SegmentFormat.format else {
                throw StorageError(
                    .newerFormat,
                    "the archived events \(path) have format \(begin.format), and this program knows formats up to "
                        + "\(SegmentFormat.format): use the MallBots that wrote them, or a newer one")
            }
            service = begin.service
            first = begin.first
            buffer = bytes
            self.offset = offset
        } catch {
            close(file)
            throw error
        }
        self.path = path
        self.file = file
        position = first - min(first, 1)
    }

    deinit {
        close(file)
    }

    /// The next event, or nil after the last, once the file's end says that it was the last.
    func next() throws(StorageError) -> RecordedEvent? {
        if hasEnded { return nil }
        switch try Self.record(&buffer, &offset, file, path).kind {
        case .event(let event):
            guard event.position == position + 1 else {
                throw Self.damaged(path, "after position \(position) comes \(event.position)")
            }
            position = event.position
            return event.recorded(in: service)
        case .end(let end):
            guard end.last == position, end.count == position + 1 - first else {
                throw Self.damaged(
                    path, "it has events to \(position), and says that it has \(end.count) to \(end.last)")
            }
            hasEnded = true
            return nil
        case .begin, nil: throw Self.damaged(path, "it holds a record that does not belong there")
        }
    }

    static func damaged(_ path: String, _ why: String) -> StorageError {
        StorageError(.damaged, "the archived events \(path) are damaged: \(why); restore the file from a backup")
    }

    // MARK: Bytes

    private static func record(
        _ buffer: inout [UInt8], _ offset: inout Int, _ file: Int32, _ path: String
    ) throws(StorageError) -> EventsV1.SegmentRecord {
        let header = try take(SegmentFormat.headerBytes, &buffer, &offset, file, path)
        guard let length = SegmentFormat.length(header) else { throw damaged(path, "a record's length makes no sense") }
        let payload = Array(try take(length, &buffer, &offset, file, path))
        guard let record = SegmentFormat.decode(header: header, payload: payload) else {
            throw damaged(path, "a record's checksum is wrong")
        }
        return record
    }

    private static func take(
        _ count: Int, _ buffer: inout [UInt8], _ offset: inout Int, _ file: Int32, _ path: String
    ) throws(StorageError) -> ArraySlice<UInt8> {
        while buffer.count - offset < count {
            buffer.removeFirst(offset)
            offset = 0
            var chunk = [UInt8](repeating: 0, count: 1 << 18)
            let got = read(file, &chunk, chunk.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw StorageError(
                    .io, "the archived events \(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            guard got > 0 else { throw damaged(path, "it ends too early") }
            buffer += chunk[..<got]
        }
        defer { offset += count }
        return buffer[offset..<offset + count]
    }
}
