import Messages
import Synchronization
import Wire

// Who sends what when.
extension LoadShard {
    /// Turns that are taken before the loop looks at its sockets again.
    private static let turnsAtOnce = 256
    /// Turns that are due within this time, in nanoseconds, are taken together: it is what a wait costs, in lateness.
    private static let together: Int64 = 500_000

    /// Has each robot send when it is due, until the end of what is measured.
    func pace() async {
        while !clock.isStopping {
            let isOver = clock.isOver
            let turns = takeTurns()
            // What was due at the very end is taken then.
            if isOver, turns.isEmpty { return }
            for (robot, role, outbound) in turns {
                switch role {
                case .telemetry: sendTelemetry(robot, outbound)
                case .reports: sendReports(robot, outbound)
                case .idle, .storm: break
                }
            }
            if turns.count == Self.turnsAtOnce {
                await loop.pause(for: .microseconds(20))
            } else {
                let due = state.withLock { $0.rota.due } ?? .max
                // Never so long that the end of the test is missed.
                await loop.pause(for: .nanoseconds(min(max(due - clock.now, Self.together), 20_000_000)))
            }
        }
    }

    private func takeTurns() -> [(Int, LoadProfile.Role, WireOutbound<BotsV1.FromBot>)] {
        let now = clock.now
        let dueBy = min(now, clock.lastDue)
        return state.withLock { state in
            var turns: [(Int, LoadProfile.Role, WireOutbound<BotsV1.FromBot>)] = []
            while turns.count < Self.turnsAtOnce, let (robot, due) = state.rota.take(by: dueBy) {
                state.recent.lateness.record(nanoseconds: now - due)
                let role = state.robots[robot].role
                if let outbound = state.robots[robot].outbound {
                    turns.append((robot, role, outbound))
                } else if role == .telemetry {
                    state.recent.telemetryLeftOut += 1
                }
            }
            return turns
        }
    }

    /// Live: what cannot be sent now is left out.
    private func sendTelemetry(_ robot: Int, _ outbound: WireOutbound<BotsV1.FromBot>) {
        let (number, count) = state.withLock { state in
            state.robots[robot].telemetry += 1
            return (state.robots[robot].number, state.robots[robot].telemetry)
        }
        let isSent = outbound.offer(RobotMessages.telemetry(count, of: number))
        state.withLock { state in
            if isSent { state.recent.telemetrySent += 1 } else { state.recent.telemetryLeftOut += 1 }
        }
    }

    /// Durable: all that is due, as far as there is room; the rest goes when acknowledgements come, or at the next turn.
    func sendReports(_ robot: Int, _ outbound: WireOutbound<BotsV1.FromBot>) {
        while true {
            let now = clock.now
            let dueBy = min(now, clock.lastDue)
            guard let report = state.withLock({ $0.robots[robot].book.next(by: dueBy) }),
                outbound.offer(RobotMessages.report(report))
            else { return }
            state.withLock { $0.robots[robot].book.didSend(report, now: now, &$0.recent) }
        }
    }
}
