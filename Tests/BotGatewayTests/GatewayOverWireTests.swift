import APIs
import BotGateway
import Messages
import RobotLink
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct GatewayOverWireTests {
    @Test func anAcknowledgementNeverPrecedesTheFlush() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                        try await outbound.send(.hello("b-1"))
                        guard case .welcome? = try await inbound.next()?.body else { throw CancellationError() }
                        mall.gatewayLog.hold()
                        let isFlushed = Shared(false)
                        for number in 1...20 as ClosedRange<UInt64> { try await outbound.send(.report(number)) }
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask {
                                try await Task.sleep(for: .milliseconds(200))
                                isFlushed.withLock { $0 = true }
                                mall.gatewayLog.release()
                            }
                            var acknowledged: UInt64 = 0
                            while acknowledged < 20, let message = try await inbound.next() {
                                #expect(isFlushed.withLock { $0 }, "acknowledged before the flush")
                                acknowledged = message.reportAck
                                #expect(try mall.reports().count >= Int(acknowledged))
                            }
                            #expect(acknowledged == 20)
                            try await group.waitForAll()
                        }
                    }
                }
            }
        }
        #expect(try mall.reports() == Array(1...20))
    }

    @Test func aRobotNamingAnotherIsRefusedByBothNames() async throws {
        let mall = try TestMall()
        let status = try await mall.open {
            try await mall.serve { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ -> WireStatus? in
                    do {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-2"))
                            while try await inbound.next() != nil {}
                        }
                        return nil
                    } catch let status as WireStatus { return status }
                }
            }
        }
        #expect(status?.code == .permissionDenied)
        #expect(status?.message.contains("'b-1'") == true && status?.message.contains("'b-2'") == true)
        #expect(try mall.reports().isEmpty)
    }

    @Test func aNewSessionSupersedesTheOldWhoseEndIsNotHeard() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    let bots = BotClient(wire)
                    try await bots.connect(context: CallContext()) { oldInbound, oldOutbound in
                        try await oldOutbound.send(.hello("b-1"))
                        _ = try await oldInbound.next()
                        try await bots.connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-1"))
                            guard case .welcome(let welcome)? = try await inbound.next()?.body else {
                                throw CancellationError()
                            }
                            #expect(welcome.session == 2)
                            guard case .superseded(let superseded)? = try await oldInbound.next()?.body else {
                                throw CancellationError()
                            }
                            #expect(superseded.session == 2)
                            do {
                                _ = try await oldInbound.next()
                                Issue.record("the old session went on")
                            } catch let status as WireStatus {
                                #expect(status.code == .aborted)
                            }
                            // The new session is untouched by the old one's end.
                            try await outbound.send(.report(1))
                            while let message = try await inbound.next(), message.reportAck < 1 {}
                            #expect(gateway.liveBotIDs == ["b-1"])
                            let closed = try mall.events().compactMap { event -> UInt64? in
                                if case .sessionClosed(let it) = event { it.session } else { nil }
                            }
                            #expect(closed == [1])
                        }
                    }
                }
            }
        }
    }

    @Test func aSilentCallEndsAtTheHelloDeadline() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve(limits: GatewayLimits(helloDeadline: .milliseconds(50))) { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    do {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, _ in
                            _ = try await inbound.next()
                        }
                        Issue.record("the call did not end")
                    } catch let status as WireStatus {
                        #expect(status.code == .deadlineExceeded)
                    }
                }
            }
        }
    }

    @Test func bothWaysResumeThroughCutsAndRestarts() async throws {
        let mall = try TestMall()
        try await withFolder { folder in
            let heard = Shared<[UInt64]>([])
            let robot = try RobotClient(
                card: .init(botID: "b-1", model: "m", capacityUnits: 1), directory: folder, logger: TestMall.logger)
            try await mall.open {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await incoming in robot.incoming {
                            if case .directive(let it) = incoming { heard.withLock { $0.append(it.directive) } }
                        }
                    }
                    defer { group.cancelAll() }
                    for life in 0..<3 as Range<UInt64> {
                        // Made and issued while nobody is connected.
                        for _ in 0..<5 { try await robot.report(.resumed(BotsV1.Resumed())) }
                        try await mall.issue(life * 10 + 1)
                        try await mall.serve { gateway in
                            try await mall.client("b-1", of: gateway) { wire, transport in
                                try await withThrowingTaskGroup(of: Void.self) { sessions in
                                    var backoff = WireBackoff()
                                    backoff.initial = .milliseconds(5)
                                    let quick = backoff
                                    sessions.addTask { try await robot.run(over: BotClient(wire), backoff: quick) }
                                    defer { sessions.cancelAll() }
                                    for round in 2...6 as ClosedRange<UInt64> {
                                        try await robot.report(.resumed(BotsV1.Resumed()))
                                        try await mall.issue(life * 10 + round)
                                        guard round % 2 == 0 else { continue }
                                        try await eventually("a session") { robot.counters.isConnected }
                                        let before = robot.counters.sessions
                                        transport.disconnect()
                                        if round < 6 {
                                            try await eventually("another") { robot.counters.sessions > before }
                                        }
                                    }
                                    // The gateway ends with reports on their way: the next life gets them.
                                    if life < 2 { return }
                                    try await eventually("all is acknowledged") {
                                        robot.counters.unacknowledged == 0 && heard.withLock { $0.count } == 18
                                    }
                                    #expect(robot.counters.sessions >= 9)
                                }
                            }
                        }
                    }
                }
            }
            #expect(try mall.reports() == Array(1...30))
            let issued: [UInt64] = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26]
            let all = heard.withLock { $0 }
            #expect(all == issued)
        }
    }

    @Test func theGatewayIsAvailableWhileItsLogTakesReports() async throws {
        let mall = try TestMall()
        let seen = Shared<[Bool]>([])
        try await mall.open {
            try await mall.serve { gateway in
                gateway.onAvailability { isAvailable in seen.withLock { $0.append(isAvailable) } }
                try await eventually("the gateway to be available") { seen.withLock { $0.last } == true }
                mall.gatewayLog.fill(true)
                try await mall.client("b-1", of: gateway) { wire, _ in
                    _ = await #expect(throws: WireStatus.self) {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-1"))
                            while try await inbound.next() != nil {}
                        }
                    }
                }
                #expect(seen.withLock { $0.last } == false)
                mall.gatewayLog.fill(false)
                // No robot calls, and it is found out all the same.
                try await eventually("the gateway to be available again") { seen.withLock { $0.last } == true }
            }
        }
        #expect(seen.withLock { $0.suffix(4) } == [true, false, true, false])
    }

    @Test func telemetryIsTheNewestAndNotInTheLog() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                        try await outbound.send(.hello("b-1"))
                        _ = try await inbound.next()
                        for percent in 1...50 as ClosedRange<UInt32> {
                            try await outbound.send(
                                BotsV1.FromBot(body: .telemetry(BotsV1.Telemetry(batteryPercent: percent))))
                        }
                        var last: UInt32 = 0
                        for await batch in gateway.telemetry.updates() {
                            last = batch.first?.telemetry.batteryPercent ?? 0
                            if last == 50 { break }
                        }
                        #expect(last == 50)
                        #expect(gateway.telemetry.snapshot().map(\.botID) == ["b-1"])
                    }
                }
            }
        }
        #expect(try mall.reports().isEmpty)
    }

    @Test func aJournalOfAnotherMallIsToldSo() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    do {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-1", lastDirective: 3))
                            _ = try await inbound.next()
                        }
                        Issue.record("welcomed")
                    } catch let status as WireStatus {
                        #expect(status.code == .failedPrecondition)
                        #expect(status.message.contains("another mall"))
                    }
                }
            }
        }
    }
}
