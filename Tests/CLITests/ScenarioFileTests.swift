import ArgumentParser
import Testing

@testable import BotEmulator
@testable import CLI

@Suite struct ScenarioFileTests {
    private static let robots = ["bot-1", "bot-2", "bot-3"]

    private func mistakes(_ text: String) -> [String] {
        switch ScenarioFile.parse(text, robots: Self.robots) {
        case .success: []
        case .failure(let errors): errors.errors.map(\.description)
        }
    }

    @Test func everyFieldIsRead() throws {
        let scenario = try ScenarioFile.parse(
            """
            faults:
              - fault: crash
                bots: 2
                at: picked
                after: 500ms
                every: 1m
                for: 20s
                times: 3
                chance: 0.5
              - {fault: battery, bots: [bot-3], percent: 4, times: always}
              - {fault: clock-skew, ahead: -20m, bots: bot-1}
              - {fault: drop, every: 10s}
              - {fault: duplicate, bots: all}
            """, robots: Self.robots
        ).get()
        var crash = FaultRule(fault: Fault(.crash, lastsMs: 20_000), trigger: .moment(.picked), times: 3)
        (crash.robots, crash.afterMs, crash.everyMs, crash.chance) = (.first(2), 500, 60_000, 0.5)
        var battery = FaultRule(fault: Fault(.battery), times: nil)
        (battery.robots, battery.fault.percent) = (.named(["bot-3"]), 4)
        var skew = FaultRule(fault: Fault(.clockSkew))
        (skew.robots, skew.fault.skewMs) = (.named(["bot-1"]), -1_200_000)
        var drop = FaultRule(fault: Fault(.drop), times: nil)
        drop.everyMs = 10_000
        #expect(scenario.rules == [crash, battery, skew, drop, FaultRule(fault: Fault(.duplicate))])
    }

    @Test(arguments: [
        ("", "the file is empty; it must have 'faults:' and a list"),
        ("faults: []", "line 1: faults: must have at least one element"),
        ("{}", "line 1: faults: is missing; it takes a list"),
        ("faults:\n  - {at: picked}", "line 2: faults[0].fault: is missing; it takes text"),
        (
            "faults:\n  - {fault: crsh}",
            "line 2: faults[0].fault: is 'crsh'; did you mean crash? There are: drop, crash"
        ),
        (
            "faults:\n  - {fault: drop}\n  - {fault: crash, at: piked}",
            "line 3: faults[1].at: is 'piked'; did you mean picked?"
        ),
        (
            "faults:\n  - fault: crash\n    whne: 3s",
            "line 3: faults[0].whne: there is no such field; here are known: fault,"
        ),
        ("faults:\n  - {fault: crash, for: 20}", "line 2: faults[0].for: is '20'; it takes a duration with its unit"),
        ("faults:\n  - {fault: crash, for: -2s}", "line 2: faults[0].for: is '-2s'; it takes a duration"),
        ("faults:\n  - {fault: crash, after: nans}", "line 2: faults[0].after: is 'nans'"),
        (
            "faults:\n  - {fault: decline, for: 2s}",
            "line 2: faults[0].for: does not go with decline, which does not last"
        ),
        ("faults:\n  - {fault: crash, percent: 2}", "line 2: faults[0].percent: goes only with battery"),
        ("faults:\n  - {fault: crash, ahead: 2h}", "line 2: faults[0].ahead: goes only with clock-skew"),
        ("faults:\n  - {fault: clock-skew}", "line 2: faults[0].ahead: is missing; it says how far"),
        ("faults:\n  - {fault: clock-skew, ahead: noon}", "line 2: faults[0].ahead: is 'noon'; it takes a duration"),
        ("faults:\n  - {fault: drop, chance: 2}", "line 2: faults[0].chance: is '2'; it must be a number from 0 to 1"),
        (
            "faults:\n  - {fault: drop, times: 0}",
            "line 2: faults[0].times: is '0'; it must be a whole number from 1, or always"
        ),
        ("faults:\n  - {fault: drop, every: 1ms}", "line 2: faults[0].every: is at least 1s"),
        ("faults:\n  - {fault: drop, bots: 4}", "line 2: faults[0].bots: is 4; the fleet has 3 robots"),
        (
            "faults:\n  - {fault: drop, bots: bot-9}",
            "line 2: faults[0].bots: there is no robot 'bot-9' in the fleet; did you mean bot-1?"
        ),
        (
            "faults:\n  - fault: drop\n    bots:\n      - bot-1\n      - zorro",
            "line 5: faults[0].bots[1]: there is no robot 'zorro' in the fleet"
        ),
        ("faults: ]", "line 1: this is neither YAML nor JSON"),
        ("faults:\n  - {fault: drop, fault: drop}", "line 2: a mapping has a field more than once: 'fault'"),
    ])
    func aMistakeIsNamedWithItsLineAndField(text: String, expected: String) {
        let found = mistakes(text)
        #expect(found.count == 1 && found[0].hasPrefix(expected), "\(found)")
    }

    @Test func allMistakesAreTold() {
        #expect(mistakes("faults:\n  - {fault: x, at: y, after: z}\n  - {fault: drop, bots: 0}").count == 4)
    }

    @Test(
        arguments: [
            ("500ms", 500), ("30s", 30_000), ("1.5m", 90_000), ("3h", 10_800_000), ("-20m", -1_200_000), ("s", nil),
            ("", nil),
            ("5", nil), ("1e99h", nil), ("infs", nil),
        ] as [(String, Int64?)])
    func durationsHaveUnits(text: String, expected: Int64?) {
        #expect(ScenarioFile.milliseconds(text) == expected)
    }

    @Test func aScenarioInTheHelpIsOne() throws {
        let help = Bots.configuration.discussion
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.hasSuffix(" faults:") }.prefix { !$0.isEmpty }
        let robots = (1...12).map { "bot-\($0)" }
        #expect(try ScenarioFile.parse(lines.joined(separator: "\n"), robots: robots).get().rules.count == 3)
    }
}

@Suite struct FleetViewTests {
    @Test func theSummaryHasATableOfFaults() {
        var summary = FleetSummary()
        summary.robots = 4
        summary.rulesStruck = [3, 0]
        let scenario = Scenario(rules: [
            FaultRule(fault: Fault(.crash), trigger: .moment(.picked)),
            FaultRule(fault: Fault(.stall), trigger: .moment(.custody)),
        ])
        #expect(!FleetView.text(summary).contains("FAULT"))
        summary.faults = [.crash: FaultCount(times: 3, robots: 2)]
        let text = FleetView.text(summary, scenario)
        #expect(text.contains("FAULT  TIMES  ROBOTS\ncrash      3       2"))
        #expect(text.hasSuffix("never struck: fault 2: stall at custody"))
        let line = JSONLine.encode(FleetSummaryLine(summary, scenario))
        #expect(line.contains(#""faults":[{"fault":"crash","robots":2,"times":3}]"#))
        #expect(line.contains(#""rules_unused":["2: stall at custody"]"#))
    }

    @Test func theTableShowsWhatGoesWrong() {
        var row = FleetRow(botID: "bot-1")
        (row.state, row.batteryPercent, row.faults, row.trouble) = ("flat", 0, 2, "UNAVAILABLE: gone")
        let lines = FleetView.table([row]).lines(width: 200)
        #expect(lines[1].hasPrefix("bot-1  down  flat"))
        #expect(lines[1].hasSuffix("2  UNAVAILABLE: gone"))
    }

    @Test(arguments: [(100, 364, true), (101, 366, false), (1_000, 20_000, true), (10_000, 20_000, false)])
    func theLimitOfOpenFilesIsTold(robots: Int, limit: Int, isEnough: Bool) {
        if isEnough {
            #expect(throws: Never.self) { try EmulatedFleet.checkOpenFiles(robots: robots, limit: limit) }
        } else {
            let error = #expect(throws: Failure.self) { try EmulatedFleet.checkOpenFiles(robots: robots, limit: limit) }
            #expect(error?.description.contains("use --count \((limit - 64) / 3) or fewer") == true)
        }
    }
}
