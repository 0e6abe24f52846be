import APIs
import BotGateway
import Kernel
import Messages
import Synchronization
import Testing

@testable import LoadTest
@testable import Wire

/// Whole load tests, against gateways in this process, over TLS.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LoadTests {
    @Test func aServerThatStallsOnceIsFoundOutOnlyByWhatWasDue() async throws {
        // One report on its way at a time, as a client that waits for each answer; after a second the server sleeps for two.
        var plan = plan(.reports, streams: 1, rate: 200, seconds: 5)
        plan.inFlight = 1
        let result = try await LoadRig().run(
            plan,
            against: ScriptedGateway.acknowledging { report in
                if report == 200 { try await Task.sleep(for: .seconds(2)) }
            })
        let tally = result.tally
        #expect(tally.reportsAcknowledged == 1_000 && tally.errors.total == 0)
        // As it was sent, one of a thousand took long: the p99 knows nothing of it.
        #expect(tally.reportLatencySinceSent.maximum >= 1_900_000)
        #expect(tally.reportLatencySinceSent.percentile(99) < 500_000)
        // As it was due, four hundred waited, a second on average.
        #expect(tally.reportLatency.percentile(99) > 1_500_000)
        #expect(tally.reportLatency.percentile(90) > 1_000_000)
        let late = tally.reportLatency.count - tally.reportLatency.count(atOrBelow: 100_000)
        #expect((330...700).contains(late), "\(late) were late")
    }

    @Test func reportsAreSentAtTheirRateAndAllCounted() async throws {
        let gateway = ScriptedGateway.acknowledging()
        let result = try await LoadRig().run(
            plan(.reports, streams: 10, rate: 20, seconds: 2), against: gateway, threads: 2)
        #expect(result.connected == 10 && result.expected == 10 && !result.isCutShort)
        #expect(result.tally.reportsSent == 400 && result.tally.reportsAcknowledged == 400)
        #expect(result.tally.reportLatency.count == 400)
        #expect(result.tally.errors.entries == [] && result.tally.reconnects == 0)
        #expect(abs(result.measured - 2) < 0.01 && (2..<2.5).contains(result.worked))
        #expect(gateway.hellos.withLock { Set($0) } == Set((0..<10).map { "b-\($0)" }))
        // The seconds are the whole, in parts.
        #expect(result.seconds.reduce(0) { $0 + $1.reportsAcknowledged } == 400)
        #expect(result.seconds.contains { $0.at < 0 } && result.seconds.allSatisfy { $0.serverMemory ?? 0 > 0 })
        #expect((15_000...80_000).contains(result.bytesSent), "\(result.bytesSent)")
        #expect(result.bytesReceived > 400 * 8)
        #expect(result.connecting.fullHandshakes == 10 && result.connecting.fullSessionLatency.count == 10)
        let process = try #require(result.process)
        #expect(process.cpu > 0 && process.memoryAfter > 0)
        #expect(try #require(result.cpuPerMessage(process)) > 0)
    }

    @Test func telemetryAndIdleRobotsStay() async throws {
        let rig = try LoadRig()
        let telemetry = try await rig.run(plan(.telemetry, streams: 5), against: ScriptedGateway.acknowledging())
        #expect(telemetry.tally.telemetrySent == 100 && telemetry.tally.reportsSent == 0)
        let idle = try await rig.run(plan(.idle, streams: 5), against: ScriptedGateway.acknowledging())
        #expect(idle.connected == 5 && idle.tally.messagesSent == 0 && idle.tally.errors.total == 0)
        #expect(idle.bytesSent == 0)
    }

    @Test func aStormOpensSessionsInBothWays() async throws {
        let result = try await LoadRig().run(
            plan(.storm, streams: 3, rate: 5, seconds: 2), against: ScriptedGateway.acknowledging())
        #expect(result.tally.sessions == 30, "\(result.tally.errors.entries)")
        #expect(result.tally.errors.total == 0)
        // The first and every other are full; a robot's second has no ticket yet.
        #expect(result.tally.resumedHandshakes == 12 && result.tally.fullHandshakes == 18)
        #expect(result.tally.resumedSessionLatency.count == 12 && result.tally.fullSessionLatency.count == 18)
        #expect(result.bytesSent > 0 && result.bytesReceived > 0)
    }

    @Test func aMixtureDoesAll() async throws {
        let result = try await LoadRig().run(
            plan(.mixed, streams: 10, rate: 20), against: ScriptedGateway.acknowledging())
        #expect(result.expected == 9 && result.connected == 9)
        #expect(
            result.tally.reportsAcknowledged == 80 && result.tally.telemetrySent == 80 && result.tally.sessions == 2)
        #expect(result.tally.errors.total == 0)
    }

    @Test func aRealGatewayTakesEveryReportOnceThroughRelays() async throws {
        let stream = EventStream()
        let log = InMemoryEventLog(name: "gateway")
        let gateway = try BotGateway(log: log, stream: stream, logger: quiet)
        let running = Task { try await gateway.run() }
        defer { running.cancel() }
        while !gateway.isServing { try await Task.sleep(for: .milliseconds(5)) }
        var router = WireRouter()
        gateway.register(in: &router)
        let result = try await LoadRig().run(plan(.reports, streams: 12, connections: 2, rate: 20), against: router)
        #expect(result.tally.reportsAcknowledged == 240 && result.tally.errors.total == 0, "\(result.tally.errors)")
        #expect(result.connecting.fullHandshakes + result.connecting.resumedHandshakes == 2)
        var last: [String: UInt64] = [:]
        for event in try log.read(after: 0, limit: 10_000) {
            guard case .reportReceived(let received) = try event.decoded(as: BotsV1.Event.self).kind else { continue }
            #expect(received.report?.report == last[received.botID, default: 0] + 1)
            last[received.botID, default: 0] += 1
        }
        #expect(last.count == 12 && last.values.allSatisfy { $0 == 20 })
    }

    @Test func whatIsNeverAnsweredIsAnErrorAndALatency() async throws {
        var plan = plan(.reports, streams: 2, rate: 10)
        plan.grace = .milliseconds(300)
        let gateway = ScriptedGateway { _, inbound, outbound in
            try await outbound.send(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 1))))
            for try await _ in inbound {}
        }
        let result = try await LoadRig().run(plan, against: gateway, limits: LoadLimits(maxP99Milliseconds: 100))
        #expect(result.tally.reportsUnanswered == 20 && result.tally.reportsAcknowledged == 0)
        #expect(result.tally.errors.entries.map(\.code) == [ErrorTally.Code.unanswered])
        #expect(result.tally.reportLatency.count == 20 && result.tally.reportLatency.maximum > 1_200_000)
        #expect(result.violations.count == 1)
    }

    @Test func endedSessionsAreErrorsAndRobotsComeBack() async throws {
        let calls = Mutex(0)
        let acknowledged = Mutex<[String: UInt64]>([:])
        let gateway = ScriptedGateway { hello, inbound, outbound in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            let last = acknowledged.withLock { $0[hello.journal] ?? 0 }
            try await outbound.send(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 1, lastReport: last))))
            for try await message in inbound where message.report > 0 {
                acknowledged.withLock { $0[hello.journal] = message.report }
                if isFirst, message.report == 5 { throw WireStatus(.resourceExhausted, "enough for now") }
                try await outbound.send(BotsV1.ToBot(reportAck: message.report))
            }
        }
        let result = try await LoadRig().run(plan(.reports, streams: 1, rate: 20, seconds: 2), against: gateway)
        #expect(
            result.tally.errors.entries == [
                .init(code: "RESOURCE_EXHAUSTED", count: 1, example: "enough for now")
            ])
        #expect(result.tally.reconnects == 1)
        // The fifth was on disk, and its acknowledgement came with the next Welcome; nothing was lost.
        #expect(result.tally.reportsAcknowledged == 40 && result.tally.reportLatency.count == 40)
        #expect(result.tally.reportLatency.maximum > 100_000)
    }

    @Test func aGatewayThatClaimsTooMuchIsFoundOut() async throws {
        let gateway = ScriptedGateway { _, inbound, outbound in
            try await outbound.send(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 1))))
            for try await message in inbound where message.report > 0 {
                try await outbound.send(BotsV1.ToBot(reportAck: message.report + 1))
            }
        }
        var plan = plan(.reports, streams: 1)
        plan.grace = .milliseconds(100)
        let result = try await LoadRig().run(plan, against: gateway)
        let breach = result.tally.errors.entries.first { $0.code == ErrorTally.Code.contract }
        #expect(breach?.example.contains("never sent") == true)
    }

    @Test func rejectedReportsAreErrors() async throws {
        let gateway = ScriptedGateway { _, inbound, outbound in
            try await outbound.send(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 1))))
            for try await message in inbound where message.report > 0 {
                let rejected = BotsV1.Rejected(report: message.report, code: .wrongState, why: "not now")
                try await outbound.send(BotsV1.ToBot(reportAck: message.report, body: .rejected(rejected)))
            }
        }
        let result = try await LoadRig().run(plan(.reports, streams: 1, rate: 10), against: gateway)
        #expect(result.tally.errors.entries == [.init(code: "REJECTED", count: 10, example: "not now")])
        #expect(result.tally.reportsAcknowledged == 10)
    }

    @Test func whoCannotConnectIsToldWhy() async throws {
        // Port 1 of this machine has no listener.
        await #expect { try await LoadRig().run(plan(.reports, streams: 3), port: 1) } throws: { error in
            "\(error)".contains("no robot could connect: cannot connect to 127.0.0.1:1:")
        }
    }

    @Test func aRefusedSessionIsToldWithTheGatewaysWords() async throws {
        var plan = plan(.idle, streams: 2)
        plan.patience = .seconds(1)
        let gateway = ScriptedGateway { hello, _, _ in
            throw WireStatus(.permissionDenied, "\(hello.botID) is not known here")
        }
        await #expect { try await LoadRig().run(plan, against: gateway) } throws: { error in
            "\(error)".contains("is not known here")
        }
    }

    @Test func tooManyRobotsForTheirConnectionsIsSaidWithWhatWouldDo() async throws {
        var rig = try LoadRig()
        rig.limits.maxStreams = 4
        let small = rig
        await #expect {
            try await small.run(plan(.idle, streams: 10, connections: 2), against: ScriptedGateway.acknowledging())
        } throws: { error in
            "\(error)".contains("4 calls on a connection") && "\(error)".contains("--connections 3")
        }
    }

    @Test func stoppedEarlyItTellsWhatItHas() async throws {
        let began = ContinuousClock.now
        let result = try await LoadRig().run(
            plan(.reports, streams: 2, rate: 10, seconds: 60), against: ScriptedGateway.acknowledging()
        ) {
            try await Task.sleep(for: .seconds(2))
            $0.stop()
        }
        #expect(ContinuousClock.now - began < .seconds(20))
        #expect(result.isCutShort && result.measured < 10)
        #expect(result.tally.reportsAcknowledged > 10 && result.tally.errors.total == 0)
    }

    @Test func stoppedWhileConnectingNothingWasMeasured() async throws {
        var plan = plan(.reports, streams: 100)
        plan.ramp = .seconds(60)
        let result = try await LoadRig().run(plan, against: ScriptedGateway.acknowledging()) {
            try await Task.sleep(for: .seconds(1))
            $0.stop()
        }
        #expect(result.isCutShort && result.measured == 0 && result.tally.messagesSent == 0)
        #expect((1...20).contains(result.connected))
    }

    @Test func tooFewOpenFilesAreSaidBeforeAnythingIsDone() throws {
        let target = LoadTarget(host: "127.0.0.1", port: 1, botIDs: [], software: "test") { _, _ in fatalError() }
        #expect {
            try LoadTest(
                plan: plan(.idle, streams: 2_000), target: target, openFiles: OpenFiles(limit: 1_024), logger: quiet)
        } throws: { "\($0)".contains("2,000 connections need as many open files") }
    }
}
