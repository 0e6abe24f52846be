import ArgumentParser
import Testing

@testable import CLI
@testable import LoadTest

/// What is shown of a load test, and how it is asked for.
@Suite struct LoadViewTests {
    private let plan = LoadPlan(profile: .reports, streams: 4_000, rate: 1, duration: .seconds(30))
    private let server = HostPort(host: "127.0.0.1", port: 7_443)

    private func progress(_ phase: LoadProgress.Phase = .measuring, elapsed: Double = 12, length: Double = 30)
        -> LoadProgress
    {
        var tally = LoadTally()
        tally.reportsSent = 4_001
        tally.reportsAcknowledged = 3_998
        let second = LoadSecond(
            at: 11, length: 1, connected: 4_000, tally: tally, server: MachineUse(cpu: 170_000_000, memory: 88 << 20),
            load: MachineUse(cpu: 150_000_000, memory: 1))
        return LoadProgress(
            phase: phase, elapsed: elapsed, length: length, connected: 4_000, robots: 4_000, second: second, p50: 2_100,
            p99: 9_800, errors: 3)
    }

    @Test func theScreenShowsHowFarItIsAndHowItGoes() {
        let lines = LoadScreen.lines(progress(), plan, server, width: 120, colour: false)
        #expect(lines[0] == "reports: 4,000 robots at 127.0.0.1:7443")
        #expect(lines[1].hasPrefix("measuring  ████████████████████░") && lines[1].hasSuffix("  12 of 30 s"))
        #expect(
            lines[2] == "connected 4,000 of 4,000   sent 4,001/s   acked 3,998/s   p50 2.1 ms   p99 9.8 ms   errors 3")
        #expect(lines[3] == "server 17 % of a processor   88 MiB   load 15 %")
    }

    @Test(arguments: [20, 40, 80, 200]) func nothingIsWiderThanTheTerminal(width: Int) {
        for phase in [LoadProgress.Phase.connecting, .measuring, .finishing] {
            for line in LoadScreen.lines(progress(phase), plan, server, width: width, colour: false) {
                #expect(line.count <= max(width, 36), "\(line)")
            }
        }
    }

    @Test func theBarIsEmptyAtFirstAndFullAtTheEnd() {
        #expect(!LoadScreen.bar(progress(elapsed: 0), width: 80, colour: false).contains("█"))
        #expect(!LoadScreen.bar(progress(elapsed: 31), width: 80, colour: false).contains("░"))
        #expect(!LoadScreen.bar(progress(length: 0), width: 80, colour: false).contains("░"))
        #expect(LoadScreen.bar(progress(), width: 80, colour: true).contains("\u{1B}["))
    }

    @Test func elsewhereItIsOneLine() {
        let line = LoadScreen.line(progress())
        #expect(
            line.hasPrefix("measuring 12 of 30 s: connected 4,000 of 4,000, sent 4,001/s, ") && !line.contains("\n"))
        #expect(LoadScreen.line(progress(.connecting, elapsed: 0.4, length: 2)).hasPrefix("connecting 0 of 2 s: "))
    }

    private func result() -> LoadResult {
        var result = LoadResult(
            plan: plan, server: "127.0.0.1:7443", startedAt: 0, measured: 30, worked: 30,
            load: .init(pid: 2, name: "mallbots"))
        (result.connected, result.expected) = (3_999, 4_000)
        result.tally.reportsSent = 120_000
        result.tally.reportsAcknowledged = 120_000
        for _ in 0..<100 { result.tally.reportLatency.record(1_500) }
        result.process = .init(pid: 1, name: "mallbots", memoryAfter: 88 << 20, cpu: 5_400_000_000)
        return result
    }

    @Test func theSummaryHasWhatWasFound() {
        var result = result()
        var text = LoadSummary(result).lines(colour: false).joined(separator: "\n")
        #expect(text.contains("reports: 4,000 robots, each 1 a second, measured for 30 s"))
        #expect(text.contains("robots connected      3,999 of 4,000"))
        #expect(text.contains("reports acknowledged         120,000     4,000"))
        #expect(text.contains("report, due to acknowledged     100  1.5 ms  1.5 ms  1.5 ms  1.5 ms   1.5 ms"))
        // 5.4 s of processor time for 120,000 messages in 30 s.
        #expect(text.contains("server (mallbots 1)       18 %      45 µs"))
        #expect(text.contains("no errors") && !text.contains("\u{1B}"))
        result.tally.errors.add("UNAVAILABLE", "the connection was lost", count: 1_234)
        result.violations = ["too slow"]
        result.warnings = ["beware"]
        result.isCutShort = true
        text = LoadSummary(result).lines(colour: true).joined(separator: "\n")
        #expect(text.contains("1,234") && text.contains("the connection was lost"))
        #expect(text.contains("FAILED: too slow") && text.contains("warning: beware") && text.contains("ended early"))
        #expect(!text.contains("no errors") && text.contains("\u{1B}[31m"))
    }

    @Test func flagsBecomeAPlan() throws {
        let options = try LoadOptions.parse([
            "--profile", "telemetry", "--streams", "10", "--connections", "2", "--rate", "0.5", "--duration", "3",
            "--ramp", "1",
            "--in-flight", "7", "--max-errors", "5",
        ])
        let plan = options.plan
        #expect(plan.profile == .telemetry && plan.streams == 10 && plan.connections == 2 && plan.rate == 0.5)
        #expect(plan.duration == .seconds(3) && plan.ramp == .seconds(1) && plan.inFlight == 7)
        #expect(options.limits == LoadLimits(maxErrors: 5))
        #expect(try LoadOptions.parse([]).plan.connections == 100)
    }

    @Test(arguments: [
        ["--streams", "0"], ["--rate", "inf"], ["--duration", "nan"], ["--connections", "101"], ["--profile", "none"],
        ["--profile", "storm", "--connections", "1"], ["--profile", "idle", "--max-p99", "1"],
        ["--json", "a", "--html", "a"],
        ["--max-errors", "-1"], ["--server", "nowhere"],
    ]) func wrongFlagsAreRefused(flags: [String]) {
        #expect(throws: (any Error).self) { try LoadOptions.parse(flags) }
    }
}
