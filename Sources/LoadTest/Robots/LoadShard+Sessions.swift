import APIs
import Messages
import Synchronization
import Wire

// Robots that stay: one session after the other, for as long as the test lasts.
extension LoadShard {
    func stay(_ robot: Int, over client: WireClient) async {
        var failures = 0
        while !clock.isStopping {
            let began = clock.sinceStart
            var failure: (any Error)?
            do {
                try await session(robot, over: client, since: began)
            } catch {
                failure = error
            }
            let hadSession = endSession(robot)
            if clock.isStopping { return }
            failures = hadSession ? 1 : failures + 1
            note(failure ?? WireStatus(.ok, "the gateway ended the session"))
            try? await Task.sleep(for: Self.backoff.delay(attempt: failures, random: Double.random(in: -1...1)))
        }
    }

    private static var backoff: WireBackoff {
        var backoff = WireBackoff()
        backoff.initial = .milliseconds(250)
        backoff.maximum = .seconds(10)
        return backoff
    }

    private func session(_ robot: Int, over client: WireClient, since began: Int64) async throws {
        try await BotClient(client).connect(context: CallContext(waitForReady: true)) { inbound, outbound in
            try await outbound.send(hello(state.withLock { $0.robots[robot].number }))
            guard let first = try await inbound.next() else { return }
            guard case .welcome(let welcome) = first.body else {
                throw LoadBreach("the first message was not a Welcome")
            }
            try beginSession(robot, outbound, welcome, since: began)
            sendReports(robot, outbound)
            while let message = try await inbound.next() { try receive(message, robot, outbound) }
        }
    }

    func hello(_ robot: Int) -> BotsV1.FromBot {
        RobotMessages.hello(target.botIDs[robot], journal: "\(journal)-\(robot)", software: target.software)
    }

    private func beginSession(
        _ robot: Int, _ outbound: WireOutbound<BotsV1.FromBot>, _ welcome: BotsV1.Welcome, since began: Int64
    ) throws {
        let (now, sinceStart) = (clock.now, clock.sinceStart)
        try state.withLock { state in
            let taken = state.robots[robot].book.begin(lastReport: welcome.lastReport, now: now, &state.recent)
            guard taken else {
                throw LoadBreach("Welcome's last report, \(welcome.lastReport), is not what it can be")
            }
            if state.robots[robot].hasHadSession {
                state.recent.reconnects += 1
            } else if state.robots[robot].number < plan.connections {
                // The first on its connection; the others only wait for it.
                state.recent.fullSessionLatency.record(nanoseconds: sinceStart - began)
            }
            state.robots[robot].outbound = outbound
            state.robots[robot].hasHadSession = true
            state.connected += 1
        }
    }

    /// Whether there was one.
    private func endSession(_ robot: Int) -> Bool {
        state.withLock { state in
            guard state.robots[robot].outbound != nil else { return false }
            state.robots[robot].outbound = nil
            state.robots[robot].book.end()
            state.connected -= 1
            return true
        }
    }

    private func receive(
        _ message: BotsV1.ToBot, _ robot: Int, _ outbound: WireOutbound<BotsV1.FromBot>
    ) throws {
        if case .rejected(let rejected) = message.body {
            state.withLock { $0.recent.errors.add(ErrorTally.Code.rejected, rejected.why) }
        }
        guard message.reportAck > 0 else { return }
        let now = clock.now
        let dueBy = min(now, clock.lastDue)
        let hasMore = try state.withLock { state in
            guard state.robots[robot].book.acknowledge(through: message.reportAck, now: now, &state.recent) else {
                throw LoadBreach("report \(message.reportAck) was acknowledged, which was never sent")
            }
            return state.robots[robot].book.next(by: dueBy) != nil
        }
        if hasMore { sendReports(robot, outbound) }
    }

    func note(_ error: any Error) {
        state.withLock { state in
            if let breach = error as? LoadBreach {
                return state.recent.errors.add(ErrorTally.Code.contract, breach.message)
            }
            let status = WireStatus(describing: error)
            let code = status.code.name.replacing("CODE_", with: "", maxReplacements: 1)
            state.recent.errors.add(code, status.message)
        }
    }
}

/// The gateway said what it cannot rightly say.
struct LoadBreach: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
