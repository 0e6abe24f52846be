import Messages
import Testing

@testable import BotGateway
@testable import Kernel
@testable import RobotLink

/// A robot's client and the gateway's session as pure machines, joined by a link that is cut at any point, with disks
/// that take their time and forget what was not flushed.
private struct Rig {
    var random: SeededNumbers
    // The robot: its journal on disk, and what is on its way there.
    var disk = RecoveredJournal(journal: "j")
    var writing: [BotsV1.JournalRecord] = []
    var client: BotClientCore
    var made: [UInt64] = []
    var acted: [UInt64] = []
    // The gateway: its log, Depot's directives.
    var core = GatewayCore()
    var log: [UInt64] = []
    var position: UInt64 = 0
    var book = DirectiveBook()
    var issued: UInt64 = 0
    var session: BotSession?
    var atLog: [BotSession.Action] = []
    // The link.
    var up: [BotsV1.FromBot] = []
    var down: [BotsV1.ToBot] = []

    static let card = BotClientCore.Card(botID: "b-1", model: "m", capacityUnits: 1)

    init(seed: UInt64) {
        random = SeededNumbers(seed: seed)
        client = BotClientCore(card: Self.card, recovered: disk)
    }

    mutating func step(allowFaults: Bool) {
        switch random.next(allowFaults ? 13 : 10) {
        case 0: if allowFaults { report() }
        case 1: if allowFaults { issue() }
        case 2: if session == nil { connect() }
        case 3: if let message = client.next(), session != nil { up.append(message) }
        case 4, 5: flushRobot()
        case 6: if !up.isEmpty { toGateway(up.removeFirst()) }
        case 7: if !down.isEmpty { act(client.receive(down.removeFirst())) }
        case 8: flushGateway()
        case 9:
            switch session?.next() {
            case .send(let message): down.append(message)
            case .end: cut()
            case .wait, nil: break
            }
        case 10: cut()
        case 11: crashRobot()
        default: crashGateway()
        }
    }

    // MARK: The robot

    mutating func report() {
        let report = client.report(.stopDone(BotsV1.StopDone(taskID: "t", epoch: UInt64(made.count + 1))))
        writing.append(BotsV1.JournalRecord(kind: .report(report)))
    }

    mutating func act(_ actions: [BotClientCore.Action]) {
        for action in actions {
            switch action {
            case .store(let directive): writing.append(BotsV1.JournalRecord(kind: .directive(directive)))
            case .deliver(let directive): acted.append(directive.directive)
            case .acknowledged(let report):
                writing.append(BotsV1.JournalRecord(kind: .reportAck(report)))
                #expect(report <= UInt64(log.count), "acknowledged before it was in the log")
            case .fail(let breach): Issue.record("\(breach)")
            case .sessionBegan, .rejected, .superseded: break
            }
        }
    }

    /// One record reaches the disk.
    mutating func flushRobot() {
        guard !writing.isEmpty else { return }
        let record = writing.removeFirst()
        disk.add(record)
        switch record.kind {
        case .report(let report):
            made.append(report.report)
            client.stored(through: report.report)
        case .directive(let directive): act(client.directiveStored(directive))
        default: break
        }
    }

    mutating func crashRobot() {
        cut()
        writing = []
        client = BotClientCore(card: Self.card, recovered: disk)
        // What was stored and not yet handed on is found in the journal.
        acted = disk.entries.compactMap { if case .directive(let it) = $0 { it.directive } else { nil } }
    }

    // MARK: The gateway

    mutating func connect() {
        session = BotSession.new()
        client.connected()
    }

    mutating func toGateway(_ message: BotsV1.FromBot) {
        guard session?.mayRead == true else { return up.insert(message, at: 0) }
        atLog += session?.receive(message) ?? []
    }

    mutating func issue() {
        issued += 1
        let directive = BotsV1.ToBot.directive(issued)
        let isNew = book.issue(.init(botID: "b-1", message: directive))
        #expect(isNew)
        session?.deliver(directive)
    }

    /// One of the session's wishes is on disk.
    mutating func flushGateway() {
        guard !atLog.isEmpty else { return }
        switch atLog.removeFirst() {
        case .open(let hello):
            record(core.open(hello, remoteAddress: ""))
            let bot = core.bots["b-1"] ?? GatewayCore.Bot()
            atLog +=
                session?.opened(
                    session: bot.session, lastReport: bot.lastReport(of: hello.journal),
                    directives: book.directives(for: "b-1", after: hello.lastDirective), nowUnixMs: 0) ?? []
        case .append(let reports):
            let number = core.bots["b-1"]?.session ?? 0
            guard let events = try? core.receive(reports, bot: "b-1", session: number, journal: "j") else { return }
            record(events)
            atLog += session?.appended(through: reports.last?.report ?? 0) ?? []
        case .close(let number, let why): record(core.close(bot: "b-1", session: number, why: why))
        case .directivesStored(let directive): book.stored("b-1", through: directive)
        case .telemetry: break
        }
    }

    mutating func record(_ events: [NewEvent<BotsV1.Event>]) {
        for event in events {
            position += 1
            if case .reportReceived(let received) = event.event.kind { log.append(received.report?.report ?? 0) }
            core.evolve(
                event.event, EventStamp(position: position, stream: "", version: 1, time: Timestamp(unixMs: 0)))
        }
    }

    mutating func cut() {
        // A close is in the log in the end; what the old session still had there is not answered to a new one.
        atLog = (atLog + (session?.lost(why: "cut") ?? [])).filter { if case .close = $0 { true } else { false } }
        while !atLog.isEmpty { flushGateway() }
        session = nil
        client.disconnected()
        (up, down) = ([], [])
    }

    mutating func crashGateway() {
        atLog = []
        session = nil
        client.disconnected()
        (up, down) = ([], [])
        record(core.start())
    }
}

@Suite struct LossyLinkTests {
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func everyReportOnceAndEveryDirectiveOnceInOrder(seed: UInt64) {
        var rig = Rig(seed: seed)
        for _ in 0..<2_000 { rig.step(allowFaults: true) }
        for _ in 0..<4_000 { rig.step(allowFaults: false) }
        #expect(rig.made.count > 20 && rig.issued > 20, "nothing went on")
        #expect(rig.log == rig.made)
        #expect(rig.log == Array(1...UInt64(rig.made.count)))
        #expect(rig.acted == Array(1...rig.issued))
        #expect(rig.client.unacknowledgedCount == 0)
        #expect(rig.book.count == 0, "what is stored is forgotten")
    }
}

/// SplitMix64.
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(_ limit: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ mixed >> 31) % limit
    }
}
