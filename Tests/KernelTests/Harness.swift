import Foundation
import Kernel
import KernelFixtures
import Logging
import Messages
import Synchronization
import Testing

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("kernel-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// The kinds of log that the conformance suite runs against.
enum LogKind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite
    case sqliteWithoutStreamIndex

    var testDescription: String { rawValue }
}

/// One log that can be closed and opened again.
final class LogFixture {
    let kind: LogKind
    private(set) var log: any EventLog
    private let folder: TemporaryFolder

    init(_ kind: LogKind, name: String = "tally") throws {
        self.kind = kind
        folder = try TemporaryFolder()
        log = try Self.open(kind, name, folder)
    }

    /// A log in memory stays as it is, since it does not outlive its process.
    func reopen() throws {
        guard kind != .memory else { return }
        let name = log.name
        try log.close()
        log = try Self.open(kind, name, folder)
    }

    private static func open(_ kind: LogKind, _ name: String, _ folder: TemporaryFolder) throws -> any EventLog {
        switch kind {
        case .memory: InMemoryEventLog(name: name)
        case .sqlite: try SQLiteEventLog(path: folder.file("log.db"), name: name)
        case .sqliteWithoutStreamIndex:
            try SQLiteEventLog(
                path: folder.file("log.db"), name: name, options: SQLiteLogOptions(indexStreams: false))
        }
    }
}

/// A log whose commits fail when told to, as a disk does: before anything is written, or after all of it is.
final class FaultyLog: EventLog {
    enum Fault {
        case refuse
        /// The flush reports an error although the data reached the disk.
        case lie
    }

    private let inner: any EventLog
    private let faults = Mutex<[Fault]>([])
    private let failsReads = Mutex(false)
    private let attempts = Mutex(0)

    init(_ inner: any EventLog) {
        self.inner = inner
    }

    func failNext(_ new: Fault...) { faults.withLock { $0 += new } }
    func failReads(_ fails: Bool) { failsReads.withLock { $0 = fails } }
    /// How often something was to be written.
    var commits: Int { attempts.withLock { $0 } }

    var name: String { inner.name }
    var head: UInt64 { inner.head }
    var earliest: UInt64 { inner.earliest }

    func commit(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent] {
        attempts.withLock { $0 += 1 }
        switch faults.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case nil: return try inner.commit(batch)
        case .refuse: throw StorageError(.full, "no room is left on the device: make room")
        case .lie:
            _ = try inner.commit(batch)
            throw StorageError(.io, "the flush failed")
        }
    }

    func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        if failsReads.withLock({ $0 }) { throw StorageError(.io, "the device does not answer") }
        return try inner.read(after: position, limit: limit)
    }
    func read(stream: String, afterVersion version: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try inner.read(stream: stream, afterVersion: version, limit: limit)
    }
    func version(of stream: String) throws(StorageError) -> UInt64 { try inner.version(of: stream) }
    func cursor(_ name: String) throws(StorageError) -> UInt64 { try inner.cursor(name) }
    func reply(to key: String) throws(StorageError) -> StoredReply? { try inner.reply(to: key) }
    func snapshot() throws(StorageError) -> StoredSnapshot? { try inner.snapshot() }
    func view(_ name: String) throws(StorageError) -> StoredSnapshot? { try inner.view(name) }
    func close() throws(StorageError) { try inner.close() }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A batch of one event with each of the payloads.
func batch(_ stream: String, _ payloads: [UInt8]..., time: Int64 = 1, expecting version: UInt64? = nil) -> LogBatch {
    var batch = LogBatch(time: Timestamp(unixMs: time))
    for (index, payload) in payloads.enumerated() {
        batch.events.append(
            LogBatch.Append(
                stream: stream, expectedVersion: version.map { $0 + UInt64(index) }, type: "Tested", payload: payload))
    }
    return batch
}

/// Runs a loop while `body` works, and stops it cleanly.
func running<Core: ServiceCore, R>(
    _ loop: ServiceLoop<Core>, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> R
) async throws -> R {
    let run = Task { try await loop.run() }
    do {
        let result = try await body()
        loop.stop()
        try await run.value
        return result
    } catch {
        loop.stop()
        try? await run.value
        throw error
    }
}

/// Waits until something holds, polling; fails the test after ten seconds.
func eventually(
    _ what: Comment, isolation: isolated (any Actor)? = #isolation, sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record("not within ten seconds: \(what)", sourceLocation: sourceLocation)
}
