import Logging
import Messages

@testable import BotEmulator
@testable import RobotLink
@testable import Wire

/// One robot through all its lives: its own client, journal and body, with simulated shells around them.
///
/// Safe because a simulation is one thread.
final class SimRobot: @unchecked Sendable {
    let botID: String
    /// The name of this one, when there are two with one name.
    let name: String
    let number: Int
    private let world: World
    private(set) var disk: SimDisk
    private var storages = 0
    /// Rises with each start and each crash: what an older life had under way is over.
    private var life = 0
    private(set) var client: RobotClient?
    private(set) var mind: RobotMind?
    private(set) var link: SimLink?
    private var call: SimCall?
    private var born: Int64 = 0
    private var heard: [RobotClient.Incoming] = []
    private var bodyTimer: SimLoop.Timer?
    private var lastActed: UInt64 = 0
    private var retrying = RobotRetrying()
    private var hadSession = false
    /// Simulated milliseconds of its body for each 1,000 of the mall's: no two clocks are the same.
    private let pace: Int64
    private let parameters: BodyParameters
    /// What it takes to store something, and how long a message from the gateway waits.
    var diskMs = 1...10
    var slowMs: Int64 = 0
    var declinePerMille = 0
    var repeatPerMille = 0
    var journalLimit = 64
    private(set) var sessionBegan: Int64 = 0
    private(set) var lastRejected: UInt64 = 0
    /// It is not to start again.
    var isGoneForGood = false
    private var claimedFaults = 0

    init(botID: String, name: String, number: Int, world: World, pace: Int64, parameters: BodyParameters) {
        self.botID = botID
        self.name = name
        self.number = number
        self.world = world
        self.pace = pace
        self.parameters = parameters
        disk = SimDisk(journal: "j-\(name)-0")
        watchDisk()
    }

    var isRunning: Bool { client != nil }
    var isInSession: Bool { client?.counters.isConnected == true }

    private func watchDisk() {
        let journal = disk.journal
        disk.stored = { [world, botID] record in
            switch record.kind {
            case .report(let report): world.auditor.reports.stored(report, in: journal)
            case .directive(let directive): world.auditor.directives.stored(directive, by: botID, in: journal)
            default: break
            }
        }
    }

    // MARK: Lives

    func start() {
        guard client == nil, !isGoneForGood else { return }
        guard let recovered = disk.recover() else { return world.auditor.fail("\(name): the journal does not begin") }
        life += 1
        let (life, loop) = (life, world.loop)
        let journal = Journal(storage: disk, recovered: recovered) { [unowned self] work in
            let latency = Int64(world.random.between(diskMs.lowerBound, diskMs.upperBound))
            loop.after(ms: latency) { [weak self] in
                if self?.life == life { work() }
            }
        }
        world.trace.note("start", name, Int(recovered.lastReport), "\(recovered.journal)")
        let card = BotClientCore.Card(botID: botID, model: "sim", capacityUnits: parameters.capacityUnits)
        client = RobotClient(card: card, journal: journal, logger: world.logger) { [weak self] incoming in
            guard let self, self.life == life else { return }
            heard.append(incoming)
            if heard.count == 1 { loop.next { [weak self] in self?.hear(life) } }
        }
        guard let body = Body(botID: botID, number: number, graph: world.map, parameters: parameters, now: 0) else {
            return
        }
        mind = RobotMind(body: body, recovered: recovered)
        mind?.journalLimit = journalLimit
        lastActed = recovered.lastDirective
        born = loop.milliseconds
        retrying = RobotRetrying()
        live()
        sendTelemetry(life)
        connect()
    }

    /// All but what is stored is lost. `forget`: that too, and what comes up is as good as new.
    func crash(forget: Bool = false, silently: Bool = false) {
        guard client != nil else { return }
        world.trace.note("crash", name, forget ? 1 : 0)
        // The disk may have been at it.
        if world.random.chance(500) { disk.next = .isCut }
        stop()
        disk.crash(world.random)
        if forget {
            storages += 1
            disk.stored = { _ in }
            disk = SimDisk(journal: "j-\(name)-\(storages)")
            watchDisk()
        }
    }

    private func stop() {
        let link = link
        (client, mind, call) = (nil, nil, nil)
        life += 1
        heard = []
        bodyTimer?.cancel()
        bodyTimer = nil
        self.link = nil
        link?.died(.robot)
    }

    // MARK: The body

    private func hear(_ life: Int) {
        guard life == self.life else { return }
        let incoming = heard
        heard = []
        // Its time until now has passed without it.
        live()
        for one in incoming {
            switch one {
            case .directive(let directive):
                world.trace.note("acts", name, Int(directive.directive), "\(directive.body.map { "\($0)" } ?? "")")
                if directive.directive <= lastActed {
                    world.auditor.fail("\(name) acts on directive \(directive.directive) after \(lastActed)")
                }
                lastActed = directive.directive
            case .sessionBegan(let welcome):
                world.trace.note("session", name, Int(welcome.session))
                hadSession = true
                sessionBegan = world.loop.milliseconds
            case .rejected(let rejected, let report):
                world.trace.note("rejected", name, Int(rejected.report), "\(rejected.code) \(rejected.why)")
                world.tally.rejected += 1
                lastRejected = rejected.report
                if report == nil { world.tally.rejectedUnknown += 1 }
            case .journalFailed:
                // A robot whose journal cannot be written stops, and starts again.
                crash()
                return world.restart(self, afterMs: 2_000)
            case .sessionEnded, .notConnected: break
            }
            mind?.hear(one)
            if case .directive(let directive) = one, case .assignTask = directive.body { beMoody() }
        }
        live()
    }

    /// Now and then it does not want what it is offered.
    private func beMoody() {
        guard declinePerMille > 0, world.random.chance(declinePerMille), let trip = mind?.body.trip, !trip.isAccepted
        else { return }
        mind?.body.ready.append(
            .taskDeclined(.init(taskID: trip.taskID, epoch: trip.epoch, reason: "not in the mood")))
    }

    private func repeats() -> Bool { repeatPerMille > 0 && world.random.chance(repeatPerMille) }

    /// Does what there is to do by now, and comes back when there is more.
    private func live() {
        guard let client, mind != nil else { return }
        let now = (world.loop.milliseconds - born) * pace / 1_000
        // Safe because it was there above, and nothing has taken it away.
        let reports = mind!.live(to: now, saying: client)
        for report in reports {
            world.trace.note("reports", name, 0, "\(report)")
            world.tally.count(report)
        }
        bodyTimer?.cancel()
        bodyTimer = mind?.body.nextChange.map { change in
            world.loop.after(ms: max(1, (change - now) * 1_000 / pace + 1)) { [weak self] in self?.live() }
        }
    }

    private func sendTelemetry(_ life: Int) {
        guard life == self.life, let client, let mind else { return }
        if client.counters.isConnected { client.telemetry(mind.body.telemetry()) }
        let interval = max(5_000, Int64(mind.telemetryIntervalMs))
        world.loop.after(ms: interval + Int64(world.random.below(500))) { [weak self] in self?.sendTelemetry(life) }
    }

    // MARK: What a body does not do by itself

    /// A fault with much to say about it, several times.
    func complain(times: Int, bytes: Int, needsHelp: Bool) {
        guard let client else { return }
        let text = String(repeating: "x", count: bytes)
        for _ in 0..<times {
            claimedFaults += 1
            client.submit([.fault(BotsV1.Fault(code: "f", message: text, needsHelp: needsHelp))])
        }
    }

    func feelBetter() { client?.submit([.faultCleared(BotsV1.FaultCleared(code: ""))]) }

    /// A person takes its load away, or something is in its way: it gives its task up as its contract says.
    func giveUp(returned: Bool) {
        guard let trip = mind?.body.trip else { return }
        mind?.body.ready.append(
            trip.isAccepted
                ? .taskAbandoned(.init(taskID: trip.taskID, epoch: trip.epoch, reason: "gave up", returned: returned))
                : .taskDeclined(.init(taskID: trip.taskID, epoch: trip.epoch, reason: "not now")))
        live()
    }

    // MARK: The connection

    private func connect() {
        guard client != nil else { return }
        let life = life
        world.connect(self) { [weak self] link in
            guard let self, self.life == life else { return link.died(.robot) }
            open(link)
        }
    }

    private func open(_ link: SimLink) {
        guard let client else { return }
        self.link = link
        hadSession = false
        let connection = WireConnection(
            role: .client, eventLoop: world.loop, settings: world.clientSettings, router: nil,
            counters: world.counters, logger: world.logger)
        let life = life
        let call = SimCall(
            connection, client: client, loop: world.loop, slowMs: { [weak self] in self?.slowMs ?? 0 },
            repeats: { [weak self] in self?.repeats() ?? false }
        ) { [weak self] status in
            guard let self, self.life == life else { return }
            sessionEnded(status)
        }
        self.call = call
        guard link.attach(connection, at: .robot) else { return sessionEnded(WireStatus(.unavailable, "refused")) }
        connection.start(peer: nil, remoteAddress: "mall")
        call.begin()
    }

    private func sessionEnded(_ status: WireStatus) {
        world.trace.note("ended", name, Int(status.code.rawValue), status.message)
        if let breach = call?.breach { world.auditor.fail("\(name): \(breach)") }
        if let link {
            // A client closes the connection of a call that is over: here each call has its own.
            world.loop.next { link.connection(.robot)?.close("the session is over") }
        }
        (link, call) = (nil, nil)
        let delay = retrying.delay(
            after: status, hadSession: hadSession, backoff: .robots, random: world.random.jitter())
        let life = life
        world.loop.after(ms: max(1, Int64(delay / .milliseconds(1)))) { [weak self] in
            if self?.life == life { self?.connect() }
        }
    }

    func cut() { link?.cut() }
    func stall(ms: Int64) { link?.stall(ms: ms) }
}
