import APIs
import BotGateway
import Messages
import RobotLink
import Testing
import Wire

/// Who is let in, who has to go, and how fast a robot may talk: over Wire.
@Suite(.timeLimit(.minutes(1))) struct RosterOverWireTests {
    /// Says hello and waits for the call's end; how it ended, nil: well.
    private static func ending(of wire: WireClient, bot: String = "b-1") async throws -> WireStatus? {
        do {
            try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                try await outbound.send(.hello(bot))
                while try await inbound.next() != nil {}
            }
            return nil
        } catch let status as WireStatus { return status }
    }

    @Test func anUnknownRobotIsTurnedAwayUntilItIsRegistered() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve(roster: .closed) { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    let status = try await Self.ending(of: wire)
                    #expect(status?.code == .permissionDenied)
                    #expect(status?.message.contains("not in the roster") == true)
                    try await mall.publish(.botRegistered(.init(botID: "b-1", capacityUnits: 4)))
                    try await eventually("it is let in") {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-1"))
                            do { return try await inbound.next() != nil } catch { return false }
                        }
                    }
                }
            }
        }
        // What is turned away leaves nothing in the log.
        let opened = try mall.events().filter { if case .sessionOpened = $0 { true } else { false } }
        #expect(opened.count == 1)
    }

    @Test(arguments: RosterPolicy.allCases)
    func aRetirementEndsTheSessionBehindWhatWasIssued(policy: RosterPolicy) async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.publish(.botRegistered(.init(botID: "b-1", capacityUnits: 4)))
            try await mall.serve(roster: policy) { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                        try await outbound.send(.hello("b-1"))
                        _ = try await inbound.next()
                        // To be retired is no reason to go; to be it is.
                        try await mall.publish(.botRetiring(.init(botID: "b-1", reason: "old")))
                        try await outbound.send(.report(1))
                        while let message = try await inbound.next(), message.reportAck < 1 {}
                        try await mall.publish(
                            .directiveIssued(.init(botID: "b-1", message: .directive(1))),
                            .botRetired(.init(botID: "b-1")))
                        var directives: [UInt64] = []
                        do {
                            while let message = try await inbound.next() { directives.append(message.directive) }
                            Issue.record("the call ended well")
                        } catch let status as WireStatus {
                            #expect(status.code == .permissionDenied && status.message.contains("is retired"))
                        }
                        #expect(directives == [1])
                        #expect(gateway.liveBotIDs.isEmpty)
                    }
                    #expect(try await Self.ending(of: wire)?.code == .permissionDenied)
                    try await eventually("the session is closed in the log") {
                        try mall.events().contains { if case .sessionClosed = $0 { true } else { false } }
                    }
                    // Back at work, without anybody restarting anything.
                    try await mall.publish(.botReinstated(.init(botID: "b-1")))
                    try await eventually("it is let in again") {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-1"))
                            do { return try await inbound.next() != nil } catch { return false }
                        }
                    }
                }
            }
        }
    }

    @Test func aRobotRetiredWhileItsSessionIsOpenedDoesNotStay() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                        mall.gatewayLog.hold()
                        try await outbound.send(.hello("b-1"))
                        try await eventually("it waits for the log") { gateway.sessionCounts.opening == 1 }
                        try await mall.publish(.botRetired(.init(botID: "b-1")))
                        // Depot's log is read in order: once the map is here, the retirement is known.
                        try await mall.publish(.mallOpened(.init(mall: .init(name: "m"))))
                        try await eventually("the retirement is known") {
                            (try? await BotClient(wire).getMap(.init(), context: CallContext())) != nil
                        }
                        mall.gatewayLog.release()
                        do {
                            while try await inbound.next() != nil {}
                            Issue.record("it stayed")
                        } catch let status as WireStatus {
                            #expect(status.code == .permissionDenied)
                        }
                        #expect(gateway.liveBotIDs.isEmpty)
                        #expect(gateway.sessionCounts.opening == 0)
                    }
                }
            }
        }
    }

    @Test func moreRobotsThanThereIsRoomForAreToldWhenToComeBack() async throws {
        let mall = try TestMall()
        var limits = GatewayLimits()
        limits.maxSessions = 1
        try await mall.open { [limits] in
            try await mall.serve(limits: limits) { gateway in
                try await mall.client("b-1", of: gateway) { first, _ in
                    try await BotClient(first).connect(context: CallContext()) { inbound, outbound in
                        try await outbound.send(.hello("b-1"))
                        _ = try await inbound.next()
                        try await mall.client("b-2", of: gateway) { second, _ in
                            let status = try await Self.ending(of: second, bot: "b-2")
                            #expect(status?.code == .resourceExhausted)
                            #expect(status?.retryAfter.map { $0 >= .seconds(15) } == true)
                        }
                        // The first is not disturbed, and may take over from itself.
                        try await mall.client("b-1", of: gateway) { again, _ in
                            try await BotClient(again).connect(context: CallContext()) { inbound, outbound in
                                try await outbound.send(.hello("b-1"))
                                guard case .welcome(let welcome)? = try await inbound.next()?.body else {
                                    throw CancellationError()
                                }
                                #expect(welcome.session == 2)
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func aRobotThatReportsTooFastIsSlowedAndLosesNothing() async throws {
        let mall = try TestMall()
        var limits = GatewayLimits()
        limits.messagesPerSecond = 200
        limits.messageBurstSeconds = 0.5
        try await mall.open { [limits] in
            try await mall.serve(limits: limits) { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                        try await outbound.send(.hello("b-1"))
                        _ = try await inbound.next()
                        let start = ContinuousClock.now
                        for number in 1...300 as ClosedRange<UInt64> { try await outbound.send(.report(number)) }
                        while let message = try await inbound.next(), message.reportAck < 300 {}
                        // A hundred at once, two hundred at two hundred a second.
                        let took = ContinuousClock.now - start
                        #expect(took >= .milliseconds(950), "\(took)")
                    }
                }
            }
        }
        #expect(try mall.reports() == Array(1...300))
    }

    @Test func aRobotThatNeverRestsIsSentAwayForAWhile() async throws {
        let mall = try TestMall()
        var limits = GatewayLimits()
        limits.messagesPerSecond = 100
        limits.messageBurstSeconds = 0.1
        limits.messagePatience = .milliseconds(300)
        try await mall.open { [limits] in
            try await mall.serve(limits: limits) { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    do {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-1"))
                            _ = try await inbound.next()
                            for number in 1...1_000 as ClosedRange<UInt64> { try await outbound.send(.report(number)) }
                            while try await inbound.next() != nil {}
                        }
                        Issue.record("it went on")
                    } catch let status as WireStatus where status.code != .cancelled {
                        #expect(status.code == .resourceExhausted && status.retryAfter == .milliseconds(60))
                    }
                }
            }
        }
        // What came until then is in the log, without a gap.
        let reports = try mall.reports()
        #expect(reports == Array(1...UInt64(reports.count)) && reports.count < 1_000)
    }

    @Test func aMessageThatIsTooLongEndsTheCall() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve { gateway in
                try await mall.client("b-1", of: gateway) { wire, _ in
                    do {
                        try await BotClient(wire).connect(context: CallContext()) { inbound, outbound in
                            try await outbound.send(.hello("b-1"))
                            _ = try await inbound.next()
                            let essay = String(repeating: "x", count: 20_000)
                            try await outbound.send(
                                BotsV1.FromBot(report: 1, body: .fault(BotsV1.Fault(code: "f", message: essay))))
                            while try await inbound.next() != nil {}
                        }
                        Issue.record("it went on")
                    } catch let status as WireStatus {
                        #expect(status.code == .invalidArgument && status.message.contains("16384"), "\(status)")
                    }
                }
            }
        }
        #expect(try mall.reports().isEmpty)
    }
}
