import Foundation
import Testing

@testable import LoadTest

@Suite struct PageTests {
    static func result(
        _ profile: LoadProfile = .reports, errors: [(String, String)] = [], hasServer: Bool = true,
        violations: [String] = []
    ) -> LoadResult {
        var result = LoadResult(
            plan: LoadPlan(profile: profile, streams: 1_000, rate: 1, duration: .seconds(3)),
            server: "127.0.0.1:7443", startedAt: 1_750_000_000, measured: 3, worked: 3,
            load: .init(pid: 2, name: "mallbots", cpu: 500_000_000))
        (result.connected, result.expected) = profile == .storm ? (0, 0) : (1_000, 1_000)
        result.connecting.fullHandshakes = 1_000
        if profile.hasReports {
            result.tally.reportsSent = 3_000
            result.tally.reportsAcknowledged = 3_000
            for value in 0..<3_000 { result.tally.reportLatency.record(UInt64(1_000 + value * 3)) }
        }
        if profile.hasStorm {
            result.tally.sessions = 30
            for value in 0..<30 { result.tally.fullSessionLatency.record(UInt64(2_000 + value)) }
        }
        if profile.hasTelemetry { result.tally.telemetrySent = 3_000 }
        for (code, words) in errors { result.tally.errors.add(code, words) }
        for at in -2..<3 {
            var tally = LoadTally()
            if at >= 0 { tally = result.tally }
            result.seconds.append(
                LoadSecond(
                    at: Double(at), length: 1, connected: at < 0 ? 500 : 1_000, tally: tally,
                    server: hasServer ? MachineUse(cpu: 300_000_000, memory: 50 << 20) : nil,
                    load: MachineUse(cpu: 100_000_000, memory: 1)))
        }
        if hasServer {
            result.process = .init(
                pid: 1, name: "mallbots", memoryBefore: 10 << 20, memoryConnected: 30 << 20, memoryAfter: 31 << 20,
                cpuConnecting: 800_000_000, cpu: 120_000_000)
        }
        result.violations = violations
        return result
    }

    private func page(_ result: LoadResult) -> String { LoadPage(result, software: "mallbots/test").html }

    @Test(arguments: LoadProfile.allCases) func aPageNeedsNothingElse(profile: LoadProfile) {
        let html = page(Self.result(profile))
        for outside in ["http:", "https:", "//", "src=", "href=", "@import", "url("] {
            // Comments in the script begin like an address.
            let text = html.replacing("\n// ", with: "").replacing("      // ", with: "")
            #expect(!text.contains(outside), "\(outside)")
        }
        #expect(html.hasPrefix("<!doctype html>") && html.hasSuffix("</html>\n"))
    }

    @Test func itSaysWhatWasRunAndFound() {
        let html = page(Self.result())
        #expect(html.contains("<title>1,000 robots, 1 durable report a second each</title>"))
        #expect(html.contains("2025-06-15 15:06:40 UTC"))
        #expect(html.contains("acknowledged them: half of them within"))
        #expect(html.contains("Nothing was lost or refused"))
        // 120 ms of processor time for 3,000 messages; 20 MiB for 1,000 connections.
        #expect(html.contains("40<small>µs CPU"))
        #expect(html.contains("20.5<small>KiB"))
    }

    @Test func whatIsNotKnownIsLeftOut() {
        let html = page(Self.result(hasServer: false))
        #expect(!html.contains("The server's memory") && !html.contains("Server, per message"))
        #expect(html.contains("This program"))
    }

    @Test func failuresAndErrorsAreNamed() {
        let html = page(
            Self.result(
                errors: [("UNAVAILABLE", "<script>alert(\"&\")</script>")], violations: ["the p99 was <too> long"]))
        #expect(html.contains("<b>Failed.</b> The p99 was &lt;too&gt; long."))
        #expect(html.contains("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;"))
        #expect(!html.contains("<script>alert"))
        #expect(page(Self.result(errors: [("ABORTED", "x")])).contains("<b>1 error.</b>"))
    }

    @Test(arguments: LoadProfile.allCases) func everyPointIsWithinItsChart(profile: LoadProfile) throws {
        let html = page(Self.result(profile))
        let charts = html.matches(of: #/viewBox="0 0 720 (\d+)"(?s:.*?)</svg>/#)
        #expect(charts.count >= 3)
        for chart in charts {
            let height = try #require(Double(chart.1))
            for line in chart.0.matches(of: #/points="([^"]*)"/#) {
                for pair in line.1.split(separator: " ") {
                    let numbers = pair.split(separator: ",").compactMap { Double($0) }
                    #expect(numbers.count == 2)
                    #expect((64...708).contains(numbers[0]) && (10...height - 26).contains(numbers[1]), "\(pair)")
                }
            }
        }
    }

    @Test func whatOnePointsAtIsValidJSON() throws {
        let html = page(Self.result(.mixed))
        let all = html.matches(of: #/<script type="application\/json">(.*?)<\/script>/#)
        #expect(all.count >= 5)
        for readings in all {
            let parsed = try JSONSerialization.jsonObject(with: Data(String(readings.1).utf8))
            #expect((parsed as? [[String: Any]])?.isEmpty == false)
        }
    }

    @Test func aTestThatFoundNothingIsAPageToo() {
        let empty = LoadResult(
            plan: LoadPlan(profile: .idle, streams: 1), server: "h:1", startedAt: 0, measured: 0,
            load: .init(pid: 1, name: "x"))
        let html = page(empty)
        #expect(html.contains("<h1>1 robot connected, and quiet</h1>"))
        #expect(html.firstMatch(of: #/[>", -](nan|inf)[<", ]/#) == nil)
    }
}

@Suite struct ChartAxisTests {
    @Test func ticksAreRoundAndHoldTheLargest() {
        let axis = ChartAxis.upTo(3_950) { LoadText.number($0) }
        #expect(axis.ticks.map(\.label) == ["0", "1,000", "2,000", "3,000", "4,000"])
        #expect(axis.position(0) == 0 && axis.position(4_000) == 1 && axis.position(2_000) == 0.5)
        #expect(axis.position(9_999) == 1 && axis.position(-1) == 0)
        for largest in [0, 0.001, 1, 7.3, 99, 1e9] {
            let axis = ChartAxis.upTo(largest) { "\($0)" }
            #expect(axis.high >= largest && (2...8).contains(axis.ticks.count), "\(largest)")
        }
    }

    @Test func aLogarithmicAxisHoldsBothEnds() {
        let axis = ChartAxis.logarithmic(300, 42_000) { LoadText.latency(UInt64($0.rounded())) }
        #expect(axis.ticks.map(\.label) == ["200 µs", "500 µs", "1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms"])
        #expect(axis.position(200) == 0 && abs(axis.position(50_000) - 1) < 1e-9)
        #expect(abs(axis.position(2_000) - log10(10.0) / log10(250.0)) < 1e-9)
        let narrow = ChartAxis.logarithmic(10, 10) { LoadText.number($0) }
        #expect(narrow.ticks.map(\.label) == ["10", "20"])
        let wide = ChartAxis.logarithmic(7, 30_000_000) { LoadText.latency(UInt64($0.rounded())) }
        #expect(wide.low == 5 && wide.high == 50_000_000)
        #expect(wide.ticks.map(\.label) == ["10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s"])
    }

    @Test func eachNineTakesAsMuchRoom() {
        let axis = ChartAxis.nines(count: 10_000)
        #expect(axis.ticks.map(\.label) == ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"])
        #expect(abs(axis.position(90) - 0.25) < 1e-6 && abs(axis.position(99) - 0.5) < 1e-6)
        #expect(axis.position(0) == 0 && axis.position(100) == 1)
    }

    @Test func secondsBelowZeroHaveTheirPlace() {
        let axis = ChartAxis.between(-2.1, 10) { LoadText.number($0) }
        #expect(axis.ticks.map(\.label) == ["-2", "0", "2", "4", "6", "8", "10"])
        #expect(axis.position(-2.1) == 0 && axis.position(10) == 1)
    }
}
