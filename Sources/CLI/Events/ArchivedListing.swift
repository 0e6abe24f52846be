import Kernel
import Messages

/// Archived events as `mallbots events list` shows them: each log in order, merged by time.
struct ArchivedListing {
    let folders: [String]
    let request: EventsV1.FollowRequest

    /// - Throws: `Failure` naming the file and what is wrong with it.
    func show(_ line: (EventsV1.LoggedEvent) -> Void) throws {
        do {
            try merge(try ArchivedLogs(folders), line)
        } catch let error as StorageError {
            throw Failure(error.message)
        }
    }

    private func merge(_ logs: ArchivedLogs, _ line: (EventsV1.LoggedEvent) -> Void) throws {
        if let name = request.services.first(where: { !logs.services.contains($0) }) {
            throw Failure(
                "the archive has no events of '\(name)'; it has those of: \(logs.services.joined(separator: ", "))")
        }
        let filter = EventFilter(
            services: request.services.isEmpty ? nil : Set(request.services), types: Set(request.types))
        var readers: [ArchivedLogs.Events] = []
        var next: [RecordedEvent?] = []
        for service in logs.services where filter.services?.contains(service) ?? true {
            let reader = logs.events(of: service)
            readers.append(reader)
            next.append(try reader.next())
        }
        while let index = Self.earliest(of: next), let event = next[index] {
            if filter.matches(event), let logged = try EventText.logged(event, for: request) { line(logged) }
            next[index] = try readers[index].next()
        }
    }

    private static func earliest(of events: [RecordedEvent?]) -> Int? {
        events.indices.filter { events[$0] != nil }.min {
            (events[$0]?.time.unixMs ?? .max, $0) < (events[$1]?.time.unixMs ?? .max, $1)
        }
    }
}

/// The archived events in several folders, each of which goes on where the one before ends.
struct ArchivedLogs {
    let folders: [ArchiveFolder]

    init(_ paths: [String]) throws(StorageError) {
        var folders: [ArchiveFolder] = []
        for path in paths { folders.append(try ArchiveFolder(path)) }
        self.folders = folders
    }

    var services: [String] { Set(folders.flatMap(\.services)).sorted() }

    /// A service's events after a position, one after the other.
    func events(of service: String, after position: UInt64 = 0) -> Events {
        Events(folders.filter { $0.range(of: service) != nil }, service, after: position)
    }

    /// The last position that is archived; 0: none.
    func last(of service: String) -> UInt64 { folders.compactMap { $0.range(of: service)?.upperBound }.max() ?? 0 }

    /// One reader's place in the folders.
    final class Events {
        private var folders: ArraySlice<ArchiveFolder>
        private let service: String
        private var position: UInt64
        private var current: ArchivedEvents?

        init(_ folders: [ArchiveFolder], _ service: String, after position: UInt64) {
            self.folders = folders[...]
            self.service = service
            self.position = position
        }

        func next() throws(StorageError) -> RecordedEvent? {
            while true {
                if let current, let event = try current.next() {
                    position = event.position
                    return event
                }
                guard let folder = folders.popFirst() else { return nil }
                current = folder.events(of: service, after: position)
            }
        }

        /// The next events, at most so many; none at the end.
        func next(_ limit: Int) throws(StorageError) -> [RecordedEvent] {
            var events: [RecordedEvent] = []
            while events.count < limit, let event = try next() { events.append(event) }
            return events
        }
    }
}
