import APIs
import Messages
import Synchronization
import Wire

// Robots that come and go: a connection for each session.
extension LoadShard {
    /// How long one session may take.
    private static let patience = Duration.seconds(30)

    /// Comes each time that it is due, until the end of what is measured. Late, it comes at once, and counts from when it
    /// was due.
    func comeAndGo(_ robot: Int, _ cadence: Cadence) async {
        var visit: UInt64 = 0
        while true {
            visit += 1
            let due = cadence.due(visit)
            if due >= clock.end { return }
            await wait(until: due)
            if clock.isStopping || clock.isOver { return }
            let source = state.withLock { state in
                state.visits += 1
                state.visitsBegun += 1
                return state.visitsBegun * count + number
            }
            await self.visit(
                robot, due: due, handshake: plan.handshakes.resumes(visit) ? .resumed : .full, source: source)
            state.withLock { $0.visits -= 1 }
        }
    }

    private func wait(until due: Int64) async {
        // The exact way cannot be cut short, so it takes only the end.
        let long = due - clock.now - 20_000_000
        if long > 0 { try? await Task.sleep(for: .nanoseconds(long)) }
        let rest = min(due - clock.now, 50_000_000)
        if rest > 0 { await loop.pause(for: .nanoseconds(rest)) }
    }

    private func visit(_ robot: Int, due: Int64, handshake: LoadTarget.Handshake, source: Int) async {
        let isResumed = Atomic(false)
        let client = makeClient(robot, handshake, source: source) { [self] event in
            if case .connected(let connection) = event { isResumed.store(connection.isResumed, ordering: .relaxed) }
            heard(event)
        }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop.executor) { try await client.run() }
                defer {
                    client.close()
                    state.withLock { state in
                        state.bytesSent += client.traffic.bytesSent
                        state.bytesReceived += client.traffic.bytesReceived
                    }
                }
                let context = CallContext(timeout: Self.patience, waitForReady: true)
                try await BotClient(client).connect(context: context) { inbound, outbound in
                    try await outbound.send(hello(robot))
                    guard case .welcome? = try await inbound.next()?.body else {
                        throw LoadBreach("the first message was not a Welcome")
                    }
                    let took = clock.now - due
                    state.withLock { $0.noteSession(took, isResumed: isResumed.load(ordering: .relaxed)) }
                    try await outbound.send(RobotMessages.goodbye)
                    outbound.finish()
                    while try await inbound.next() != nil {}
                }
            }
        } catch {
            if !clock.isStopping { note(error) }
        }
    }
}

extension LoadShard.State {
    mutating func noteSession(_ nanoseconds: Int64, isResumed: Bool) {
        recent.sessions += 1
        if isResumed {
            recent.resumedSessionLatency.record(nanoseconds: nanoseconds)
        } else {
            recent.fullSessionLatency.record(nanoseconds: nanoseconds)
        }
    }
}
