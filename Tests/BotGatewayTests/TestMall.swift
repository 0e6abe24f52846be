import APIs
import BotGateway
import Foundation
import Kernel
import Logging
import Messages
import RobotLink
import Synchronization
import Testing
import Wire

/// Depot's log without Depot: holds whatever a test puts there.
struct DepotLog: ServiceCore {
    static let serviceName = "depot"

    init() {}
    init(snapshot: [UInt8]) throws {}
    func snapshot() -> [UInt8] { [] }
    mutating func evolve(_ event: DepotV1.Event, _ stamp: EventStamp) {}
}

/// A log whose commits can be held back, as a slow disk would, or refused, as by a full one.
final class HeldLog: EventLog {
    private let log: InMemoryEventLog
    private let condition = NSCondition()
    private let isHeld = Mutex(false)
    private let isFull = Mutex(false)

    init(_ log: InMemoryEventLog) { self.log = log }

    func hold() { isHeld.withLock { $0 = true } }

    func release() {
        isHeld.withLock { $0 = false }
        condition.broadcast()
    }

    func fill(_ full: Bool) { isFull.withLock { $0 = full } }

    var name: String { log.name }
    var head: UInt64 { log.head }
    var earliest: UInt64 { log.earliest }
    func commit(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent] {
        while isHeld.withLock({ $0 }) {
            condition.lock()
            _ = condition.wait(until: Date(timeIntervalSinceNow: 0.01))
            condition.unlock()
        }
        if isFull.withLock({ $0 }) { throw StorageError(.full, "no room is left on the device: make room") }
        return try log.commit(batch)
    }
    func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try log.read(after: position, limit: limit)
    }
    func read(stream: String, afterVersion version: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try log.read(stream: stream, afterVersion: version, limit: limit)
    }
    func version(of stream: String) throws(StorageError) -> UInt64 { try log.version(of: stream) }
    func cursor(_ name: String) throws(StorageError) -> UInt64 { try log.cursor(name) }
    func reply(to key: String) throws(StorageError) -> StoredReply? { try log.reply(to: key) }
    func snapshot() throws(StorageError) -> StoredSnapshot? { try log.snapshot() }
    func view(_ name: String) throws(StorageError) -> StoredSnapshot? { try log.view(name) }
    func close() throws(StorageError) {}
}

/// A gateway at work on logs that outlive it, reached through Wire without sockets.
struct TestMall: Sendable {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let stream = EventStream()
    let gatewayLog = HeldLog(InMemoryEventLog(name: "gateway"))
    let depot: ServiceLoop<DepotLog>

    init() throws {
        depot = try ServiceLoop(log: InMemoryEventLog(name: "depot"), stream: stream, logger: Self.logger)
    }

    /// Runs `body` beside Depot's log.
    func open<R: Sendable>(_ body: @Sendable @escaping () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await depot.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// One life of the gateway.
    func serve<R: Sendable>(
        limits: GatewayLimits = GatewayLimits(), roster: RosterPolicy = .open, liveness: (any LivenessAPI)? = nil,
        _ body: @Sendable @escaping (BotGateway) async throws -> R
    ) async throws -> R {
        let gateway = try BotGateway(
            log: gatewayLog, stream: stream, limits: limits, roster: roster, liveness: liveness,
            logger: Self.logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            defer {
                gatewayLog.release()
                group.cancelAll()
            }
            try await eventually("the gateway serves") { gateway.isServing }
            return try await body(gateway)
        }
    }

    /// A client with the certificate of a robot.
    func client<R: Sendable>(
        _ bot: String, of gateway: BotGateway,
        _ body: @Sendable @escaping (WireClient, InMemoryTransport) async throws -> R
    ) async throws -> R {
        var router = WireRouter()
        gateway.register(in: &router)
        let transport = InMemoryTransport(
            router: router, peer: try PeerIdentity(trustDomain: "mall", kind: .bot, id: bot), logger: Self.logger)
        var backoff = WireBackoff()
        backoff.initial = .milliseconds(5)
        let wire = transport.makeClient(backoff: backoff)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wire.run() }
            defer { group.cancelAll() }
            return try await body(wire, transport)
        }
    }

    func publish(_ kinds: DepotV1.Event.Kind...) async throws {
        try await depot.decide { _, _ in
            Decision(kinds.map { NewEvent("test", DepotV1.Event(kind: $0)) })
        }
    }

    func issue(_ number: UInt64, to bot: String = "b-1") async throws {
        try await publish(.directiveIssued(.init(botID: bot, message: .directive(number))))
    }

    /// What the gateway's log holds of one type.
    func events() throws -> [BotsV1.Event.Kind] {
        try gatewayLog.read(after: 0, limit: 10_000).compactMap { try $0.decoded(as: BotsV1.Event.self).kind }
    }

    func reports() throws -> [UInt64] {
        try events().compactMap { if case .reportReceived(let it) = $0 { it.report?.report } else { nil } }
    }
}

/// Waits until something holds; fails after ten seconds.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what)
    throw CancellationError()
}

/// A folder that is gone after `body`.
func withFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// A value that several tasks of a test use.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<R: Sendable>(_ body: (inout Value) -> R) -> R { value.withLock { body(&$0) } }
}
