// The page's charts.
extension LoadPage {
    private var seconds: [LoadSecond] { result.seconds }
    /// Those that are long enough for a rate.
    private var long: [LoadSecond] { seconds.filter { $0.length >= 0.2 } }

    var charts: [Chart] {
        [curve, latencies, rates, connected, errors, processors, memory].compactMap { $0 }
    }

    // MARK: Latency

    /// The distribution: what a single number hides.
    private var curve: Chart? {
        let tally = result.tally
        var all: [(name: String, style: String, histogram: LatencyHistogram)] = [
            ("from when it was due", "a", tally.reportLatency),
            ("from when it was sent", "d", tally.reportLatencySinceSent),
            ("session, full handshake", "b", tally.fullSessionLatency),
            ("session, resumed", "c", tally.resumedSessionLatency),
        ]
        if all.allSatisfy(\.histogram.isEmpty) {
            all = [("first connections", "b", result.connecting.sessionLatency)]
        }
        all.removeAll { $0.histogram.isEmpty }
        guard let count = all.map(\.histogram.count).max() else { return nil }
        let axis = ChartAxis.nines(count: count)
        let hidden =
            tally.reportLatency.isEmpty
            ? "" : " Where the lines of due and sent part, robots had to wait before they could send."
        let series = all.map { entry in
            Chart.Series(
                name: entry.name, style: entry.style,
                points: entry.histogram.curve.map { (min($0.percent, axis.high), Double(max(1, $0.microseconds))) })
        }
        return Chart(
            title: "How long answers took",
            caption: """
                Read: so many per cent of the answers took no longer than this. Each nine to the right is ten times \
                rarer. A curve that rises late and little is a good one.\(hidden)
                """,
            x: axis, y: latencyAxis(series), series: series, xText: { "\(LoadText.percent($0)) %" },
            yText: { LoadText.latency(UInt64($0)) }, height: 300)
    }

    private var latencies: Chart? {
        let answered = seconds.filter { $0.p50 != nil }
        guard !answered.isEmpty else { return nil }
        let series = [
            Chart.Series(name: "longest", style: "d", points: points(answered) { $0.max.map { Double($0) } }),
            Chart.Series(name: "p99", style: "b", points: points(answered) { $0.p99.map { Double($0) } }),
            Chart.Series(name: "p50", style: "a", points: points(answered) { $0.p50.map { Double($0) } }),
        ]
        return over(
            time: "Latency over time",
            "Each second's answers by themselves: half of them, 99 of 100, and all. Before 0 s: how long it took to connect.",
            latencyAxis(series), series
        ) { LoadText.latency(UInt64($0)) }
    }

    private func latencyAxis(_ series: [Chart.Series]) -> ChartAxis {
        let values = series.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }
        return .logarithmic(values.min() ?? 1, values.max() ?? 10) { LoadText.latency(UInt64($0.rounded())) }
    }

    // MARK: Rates

    private var rates: Chart? {
        let kinds: [(name: String, style: String, value: (LoadSecond) -> UInt64)] = [
            ("reports sent", "d", { $0.reportsSent }), ("reports acknowledged", "a", { $0.reportsAcknowledged }),
            ("live messages sent", "c", { $0.telemetrySent }), ("sessions opened", "b", { $0.sessions }),
        ]
        let series = kinds.compactMap { kind -> Chart.Series? in
            guard seconds.contains(where: { kind.value($0) > 0 }) else { return nil }
            return Chart.Series(
                name: kind.name, style: kind.style, points: points(long) { Double(kind.value($0)) / $0.length })
        }
        guard !series.isEmpty else { return nil }
        return over(
            time: "How much went through", "In each second. What was sent and not acknowledged waits.", upTo(series),
            series
        ) { "\(LoadText.number($0)) a second" }
    }

    private var connected: Chart? {
        guard result.expected > 0 else { return nil }
        let series = [Chart.Series(name: "robots", style: "a", points: points { Double($0.connected) })]
        return over(
            time: "Robots with a session", "Shaded: they connect, or wait for the last answers; nothing more is due.",
            upTo(series), series,
            height: 150
        ) { LoadText.counted(Int($0), "robot") }
    }

    private var errors: Chart? {
        guard seconds.contains(where: { $0.errors > 0 }) else { return nil }
        let series = [Chart.Series(name: "errors", style: "e", points: points { Double($0.errors) })]
        return over(
            time: "Errors", "Of every kind, in each second; the table below has their codes.", upTo(series), series,
            height: 150
        ) { LoadText.counted(Int($0), "error") }
    }

    // MARK: The machine

    private var processors: Chart? {
        var series = [Chart.Series(name: "this program", style: "d", points: points(long) { $0.loadCPU * 100 })]
        if seconds.contains(where: { $0.serverCPU != nil }) {
            series.insert(
                Chart.Series(
                    name: "the server", style: "a", points: points(long) { $0.serverCPU.map { $0 * 100 } }), at: 0)
        }
        guard series.contains(where: { !$0.points.isEmpty }) else { return nil }
        return over(
            time: "Processors in use", "100 % is one processor, all of the time.",
            upTo(series) { "\(LoadText.number($0)) %" },
            series, height: 180
        ) { "\(LoadText.number($0)) %" }
    }

    private var memory: Chart? {
        let series = [
            Chart.Series(name: "the server", style: "a", points: points { $0.serverMemory.map { Double($0) } })
        ]
        guard !series[0].points.isEmpty else { return nil }
        let unit = 1_048_576.0
        let scaled = series.map { series in
            Chart.Series(name: series.name, style: series.style, points: series.points.map { ($0.x, $0.y / unit) })
        }
        return over(
            time: "The server's memory", "What is resident of it, in MiB.", upTo(scaled), scaled, height: 150
        ) { "\(LoadText.number($0)) MiB" }
    }

    // MARK: Parts

    private func points(
        _ of: [LoadSecond]? = nil, _ value: (LoadSecond) -> Double?
    ) -> [(x: Double, y: Double)] {
        (of ?? seconds).compactMap { second in value(second).map { (second.at + second.length / 2, $0) } }
    }

    private func upTo(
        _ series: [Chart.Series], label: (Double) -> String = { LoadText.number($0) }
    ) -> ChartAxis {
        .upTo(series.flatMap { $0.points.map(\.y) }.max() ?? 1, label: label)
    }

    private func over(
        time title: String, _ caption: String, _ y: ChartAxis, _ series: [Chart.Series], height: Double = 220,
        text: @escaping (Double) -> String
    ) -> Chart {
        let x = ChartAxis.between(
            min(seconds.first?.at ?? 0, 0), seconds.last.map { $0.at + $0.length } ?? 1
        ) { "\(LoadText.number($0)) s" }
        return Chart(
            title: title, caption: caption, x: x, y: y, series: series, shadedBelow: 0,
            shadedAbove: result.measured, xText: { "at \(LoadText.number($0)) s" }, yText: text, height: height)
    }
}
