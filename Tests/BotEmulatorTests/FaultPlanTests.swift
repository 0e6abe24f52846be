import Messages
import RobotLink
import Testing

@testable import BotEmulator

@Suite struct FaultPlanTests {
    private func plan(_ rules: [FaultRule], bot: String = "bot-1", number: Int = 0, seed: UInt64 = 1) -> FaultPlan {
        FaultPlan(bot: bot, number: number, scenario: Scenario(rules: rules), seed: seed)
    }

    private func rule(
        _ kind: FaultKind, _ trigger: FaultRule.Trigger = .start, lasts: Int64? = 0,
        _ change: (inout FaultRule) -> Void = { _ in }
    ) -> FaultRule {
        var rule = FaultRule(fault: Fault(kind, lastsMs: lasts), trigger: trigger)
        change(&rule)
        return rule
    }

    /// Everything that strikes until `end`, looked at each `step` milliseconds.
    private func strikes(
        _ plan: FaultPlan, until end: Int64, step: Int64 = 100, moments: [Int64: FaultMoment] = [:]
    ) -> [String] {
        var plan = plan
        var found: [String] = []
        for now in stride(from: 0, through: end, by: Int64.Stride(step)) {
            if let moment = moments[now] { plan.note(moment, at: now) }
            while let fault = plan.take(at: now) { found.append("\(now) \(fault.kind.rawValue)") }
        }
        return found
    }

    @Test func aRuleWithoutAMomentStrikesOnceAfterItsTime() {
        let plan = plan([rule(.drop) { $0.afterMs = 2_000 }])
        #expect(plan.nextDue == 2_000)
        #expect(strikes(plan, until: 9_000) == ["2000 drop"])
    }

    @Test(
        arguments: [
            (nil, ["1300 crash", "2300 crash", "5300 crash"]), (2, ["1300 crash", "2300 crash"]), (1, ["1300 crash"]),
        ] as [(Int?, [String])])
    func aMomentIsWaitedForAsOftenAsItMay(times: Int?, expected: [String]) {
        let plan = plan([
            rule(.crash, .moment(.picked)) { ($0.afterMs, $0.times) = (300, times) }
        ])
        let moments: [Int64: FaultMoment] = [1_000: .picked, 2_000: .picked, 3_000: .left, 5_000: .picked]
        #expect(strikes(plan, until: 9_000, moments: moments) == expected)
    }

    @Test func itStrikesAgainAsOftenAsItIsTold() {
        let plan = plan([
            rule(.drop) { ($0.everyMs, $0.times) = (2_000, 3) }
        ])
        #expect(strikes(plan, until: 9_000) == ["0 drop", "2000 drop", "4000 drop"])
    }

    @Test func whileOneLastsTheOthersWait() {
        let plan = plan([
            rule(.stall, lasts: 5_000) { $0.afterMs = 1_000 }, rule(.crash, lasts: 1_000) { $0.afterMs = 2_000 },
            rule(.drop) { $0.afterMs = 500 },
        ])
        #expect(strikes(plan, until: 20_000) == ["500 drop", "1000 stall", "6000 crash"])
    }

    @Test func aRuleIsForTheRobotsThatItNames() {
        for (robots, struck) in [
            (.all, [true, true, true]), (.first(2), [true, true, false]), (.named(["bot-3"]), [false, false, true]),
        ] as [(FaultRule.Robots, [Bool])] {
            for number in 0..<3 {
                let plan = plan([rule(.drop) { $0.robots = robots }], bot: "bot-\(number + 1)", number: number)
                #expect(strikes(plan, until: 100).isEmpty != struck[number], "\(robots) \(number)")
            }
        }
    }

    @Test func chanceIsDrawnForEachTimeAndFromTheSeed() {
        func struck(seed: UInt64) -> [String] {
            strikes(
                plan([rule(.drop) { ($0.everyMs, $0.times, $0.chance) = (1_000, 200, 0.25) }], seed: seed),
                until: 250_000)
        }
        #expect((30...70).contains(struck(seed: 1).count), "\(struck(seed: 1).count) of 200")
        #expect(struck(seed: 1) == struck(seed: 1))
        #expect(struck(seed: 1) != struck(seed: 2))
    }

    @Test func aRateStrikesAboutAsOftenAsItSays() {
        // 200 robots for ten minutes: 2,000 robot minutes, in which one fault keeps the others waiting at times.
        var counts: [FaultKind: Int] = [:]
        for number in 0..<200 {
            var plan = FaultPlan(bot: "bot-\(number)", number: number, rate: 0.5, seed: 3)
            for now in stride(from: 0, to: Int64(600_000), by: 500) {
                while let fault = plan.take(at: now) { counts[fault.kind, default: 0] += 1 }
            }
            #expect(plan.counts.values.reduce(0, +) == plan.struck.reduce(0, +))
        }
        let drops = counts[.drop, default: 0]
        #expect((700...1_100).contains(drops), "\(drops) drops")
        #expect((drops / 6...drops / 3).contains(counts[.crash, default: 0]), "\(counts)")
        for kind in FaultKind.allCases where kind.usualRate > 0 { #expect(counts[kind, default: 0] > 0, "\(kind)") }
        #expect(counts[.clockSkew] == nil && counts[.outOfStock] == nil)
    }

    @Test func fasterRobotsHaveTheirFaultsSooner() throws {
        func first(speed: Double) throws -> Int64 {
            try #require(FaultPlan(bot: "b", number: 0, rate: 0.01, speed: speed, seed: 5).nextDue)
        }
        let (fast, slow) = (try first(speed: 10), try first(speed: 1))
        #expect(fast * 9 < slow)
    }

    @Test func withoutARateNothingHappens() {
        #expect(FaultPlan(bot: "b", number: 0, rate: 0, seed: 5).nextDue == nil)
    }

    @Test func reportsAndDirectivesAreMoments() {
        #expect(FaultMoment(BotsV1.FromBot.Body.itemPicked(.init())) == .picked)
        #expect(FaultMoment(BotsV1.FromBot.Body.taskRequest(.init())) == nil)
        #expect(FaultMoment(BotsV1.ToBot.Body.assignTask(.init())) == .assigned)
        #expect(FaultMoment(BotsV1.ToBot.Body.assignTask(.init(custody: [.init()]))) == .custody)
        #expect(FaultMoment(BotsV1.ToBot.Body.identify(.init())) == nil)
    }
}
