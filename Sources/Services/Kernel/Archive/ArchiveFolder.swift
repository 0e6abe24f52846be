import Foundation
import Glibc

/// A folder of archived events: files `SERVICE.FIRST-LAST.events`, each written once and never changed.
///
/// What a file holds is told by the file; its name only says where to look.
public struct ArchiveFolder: Sendable {
    /// One file, by its name.
    public struct Segment: Hashable, Sendable {
        public var service: String
        public var first: UInt64
        public var last: UInt64
        public var path: String
    }

    public let path: String
    /// By service, and then in order.
    public let segments: [Segment]

    /// Looks what is there, and that each service's files follow each other.
    ///
    /// - throws: ``StorageError``: `.notAccessible`; `.damaged` when a file is missing between two others.
    public init(_ path: String) throws(StorageError) {
        self.path = path
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw StorageError(.notAccessible, "the archive \(path) cannot be read: \(error.localizedDescription)")
        }
        segments = names.compactMap { Self.segment(named: $0, in: path) }
            .sorted { ($0.service, $0.first, $0.last) < ($1.service, $1.first, $1.last) }
        for (before, after) in zip(segments, segments.dropFirst())
        where before.service == after.service && after.first != before.last + 1 {
            throw StorageError(
                .damaged,
                "the archive \(path) has events of \(after.service) to position \(before.last), and then from "
                    + "\(after.first): restore the file in between from a backup")
        }
    }

    public var services: [String] { Set(segments.map(\.service)).sorted() }

    /// The positions of a service's events here; nil: there are none.
    public func range(of service: String) -> ClosedRange<UInt64>? {
        let own = segments.filter { $0.service == service }
        guard let first = own.first, let last = own.last else { return nil }
        return first.first...last.last
    }

    /// A reader of a service's events after a position, file by file.
    public func events(of service: String, after position: UInt64 = 0) -> ArchivedEvents {
        ArchivedEvents(segments.filter { $0.service == service && $0.last > position }, after: position)
    }

    // MARK: Files

    static func path(_ folder: String, _ service: String, _ first: UInt64, _ last: UInt64?) -> String {
        "\(folder)/\(service).\(padded(first))-\(last.map(padded) ?? "unfinished").events"
    }

    /// So that names sort as positions do.
    private static func padded(_ position: UInt64) -> String {
        let digits = "\(position)"
        return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    private static func segment(named name: String, in folder: String) -> Segment? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "events", !parts[0].isEmpty else { return nil }
        let ends = parts[1].split(separator: "-").compactMap { UInt64($0) }
        guard ends.count == 2, ends[0] > 0, ends[0] <= ends[1] else { return nil }
        return Segment(service: String(parts[0]), first: ends[0], last: ends[1], path: "\(folder)/\(name)")
    }

    static func flush(_ folder: String) throws(StorageError) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flush", folder, errno) }
    }

    static func failure(_ what: String, _ path: String, _ number: Int32) -> StorageError {
        let reason = String(cString: strerror(number))
        return switch number {
        case ENOSPC, EDQUOT: StorageError(.full, "no room is left to \(what) \(path): make room; \(reason)")
        case EACCES, EPERM, EROFS, ENOTDIR, ENOENT:
            StorageError(.notAccessible, "cannot \(what) \(path): \(reason); name another folder")
        default: StorageError(.io, "cannot \(what) \(path): \(reason)")
        }
    }
}

/// Archived events of one service, in order. Not Sendable: one place in the files.
public final class ArchivedEvents {
    private var segments: ArraySlice<ArchiveFolder.Segment>
    private var reader: SegmentReader?
    private let start: UInt64

    init(_ segments: [ArchiveFolder.Segment], after position: UInt64) {
        self.segments = segments[...]
        start = position
    }

    /// The next event; nil at the end.
    public func next() throws(StorageError) -> RecordedEvent? {
        while true {
            if let reader {
                while let event = try reader.next() {
                    if event.position > start { return event }
                }
                self.reader = nil
            }
            guard let segment = segments.popFirst() else { return nil }
            let next = try SegmentReader(segment.path)
            guard next.service == segment.service, next.first == segment.first else {
                throw SegmentReader.damaged(segment.path, "its name is not that of what it holds")
            }
            reader = next
        }
    }

    /// The next events, at most so many; none at the end.
    public func next(_ limit: Int) throws(StorageError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        while events.count < limit, let event = try next() { events.append(event) }
        return events
    }
}
