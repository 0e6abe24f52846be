import Kernel
import Logging
import Messages
import Synchronization
import Wire

/// The shell of one `BotSession`: joins a robot's call, the gateway's log and the live sessions.
final class SessionRunner: Sendable {
    private let session: Mutex<BotSession>
    private let gateway: BotGateway
    private let remoteAddress: String
    /// The writer looks again after each change, the reader too.
    private let writerWakes: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
    private let readerWakes: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    init(gateway: BotGateway, context: CallContext) {
        session = Mutex(BotSession(identity: SessionIdentity(peer: context.peer), limits: gateway.limits))
        self.gateway = gateway
        remoteAddress = context.remoteAddress
        writerWakes = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        readerWakes = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whose session it is; nil before Hello.
    var botID: String? { session.withLock { $0.hello?.botID } }
    var isOver: Bool { session.withLock { $0.isOver } }

    // MARK: The call

    /// Serves the robot until the call is over.
    /// - Throws: the status that the robot is to get.
    func run(_ inbound: WireInbound<BotsV1.FromBot>, _ outbound: WireOutbound<BotsV1.ToBot>) async throws {
        defer {
            apply { $0.lost(why: "connection lost") }
            gateway.sessions.end(self)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { await self.read(inbound) }
            group.addTask {
                try? await Task.sleep(for: self.gateway.limits.helloDeadline)
                self.apply { $0.helloIsOverdue() }
            }
            try await write(outbound)
        }
    }

    private func read(_ inbound: WireInbound<BotsV1.FromBot>) async {
        var wakes = readerWakes.stream.makeAsyncIterator()
        do {
            while true {
                let (mayRead, isOver) = session.withLock { ($0.mayRead, $0.isOver) }
                if isOver { return }
                guard mayRead else {
                    guard await wakes.next() != nil else { return }
                    continue
                }
                guard let message = try await inbound.next() else {
                    return apply { $0.inboundFinished() }
                }
                apply { $0.receive(message) }
            }
        } catch {
            apply { $0.lost(why: WireStatus(describing: error).description) }
        }
    }

    private func write(_ outbound: WireOutbound<BotsV1.ToBot>) async throws {
        var wakes = writerWakes.stream.makeAsyncIterator()
        while true {
            switch session.withLock({ $0.next() }) {
            case .send(let message): try await outbound.send(message)
            case .wait: guard await wakes.next() != nil else { return }
            case .end(let status):
                if let status {
                    gateway.logger.debug(
                        "gateway.session.ended",
                        metadata: [
                            "bot": "\(botID ?? "-")", "remote": "\(remoteAddress)", "status": "\(status)",
                        ])
                    throw status
                }
                return
            }
        }
    }

    // MARK: The machine

    /// Changes the machine and wakes whoever waits for it; the caller performs the actions.
    func change(_ body: (inout BotSession) -> [BotSession.Action]) -> [BotSession.Action] {
        let actions = session.withLock { body(&$0) }
        writerWakes.continuation.yield()
        readerWakes.continuation.yield()
        return actions
    }

    private func apply(_ body: (inout BotSession) -> [BotSession.Action]) {
        perform(change(body))
    }

    func perform(_ actions: [BotSession.Action]) {
        for action in actions {
            switch action {
            case .open(let hello): open(hello)
            case .append(let reports): append(reports)
            case .close(let session, let why): close(session, why)
            case .directivesStored(let directive):
                if let botID { gateway.sessions.stored(botID, through: directive) }
            case .telemetry(let telemetry):
                if let botID {
                    gateway.telemetry.publish(telemetry, from: botID, at: gateway.clock.now())
                }
            }
        }
    }

    // MARK: The log

    private func open(_ hello: BotsV1.Hello) {
        let issued = gateway.sessions.lastDirective(issuedTo: hello.botID)
        guard hello.lastDirective <= issued else {
            let text =
                "the robot has directive \(hello.lastDirective), the last one issued to it is \(issued): "
                + "its journal is from another mall. Give the robot a new journal"
            return apply { $0.refused(WireStatus(.failedPrecondition, text)) }
        }
        let address = remoteAddress
        gateway.loop.submit { core, now in
            Decision(core.open(hello, remoteAddress: address)) { core in
                let bot = core.bots[hello.botID] ?? GatewayCore.Bot()
                return Opening(session: bot.session, lastReport: bot.lastReport(of: hello.journal), time: now)
            }
        } completion: { [self] result in
            switch result {
            case .success(let opening):
                gateway.sessions.stored(hello.botID, through: hello.lastDirective)
                gateway.sessions.begin(
                    self, hello: hello, session: opening.session, lastReport: opening.lastReport, now: opening.time)
            case .failure(let error): apply { $0.refused(WireStatus(describing: error)) }
            }
        }
    }

    private struct Opening: Sendable {
        let session: UInt64
        let lastReport: UInt64
        let time: Timestamp
    }

    private func append(_ reports: [BotsV1.FromBot]) {
        let (hello, number) = session.withLock { ($0.hello, $0.session) }
        guard let hello, let last = reports.last?.report else { return }
        gateway.loop.submit { core, _ in
            Decision(
                try core.receive(reports, bot: hello.botID, session: number, journal: hello.journal), replying: last)
        } completion: { [self] result in
            switch result {
            // The completion runs after the flush: only now may the robot hear of it.
            case .success(let last): apply { $0.appended(through: last) }
            case .failure(let error): apply { $0.refused(WireStatus(describing: error)) }
            }
        }
    }

    private func close(_ number: UInt64, _ why: String) {
        guard let botID else { return }
        let logger = gateway.logger
        gateway.loop.submit { core, _ in
            Decision(core.close(bot: botID, session: number, why: why))
        } completion: { (result: Result<Void, any Error>) in
            // When the gateway stops, its next life's GatewayStarted ends the session.
            if case .failure(let error) = result {
                logger.debug("gateway.close.failed", metadata: ["bot": "\(botID)", "error": "\(error)"])
            }
        }
    }
}
