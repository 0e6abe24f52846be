import LoadTest

/// What a load test has found, as text. Pure.
struct LoadSummary: Sendable {
    private let result: LoadResult
    private var plan: LoadPlan { result.plan }
    private var tally: LoadTally { result.tally }

    init(_ result: LoadResult) { self.result = result }

    func lines(colour: Bool) -> [String] {
        var lines = ["", Table.paint(heading, .bold, colour), ""]
        for table in [amounts, latencies, machine, errors] where !table.rows.isEmpty {
            lines += table.lines(colour: colour) + [""]
        }
        lines += result.warnings.map { Table.paint("warning: \($0)", .warning, colour) }
        if result.isCutShort { lines.append("ended early; this is what was measured until then") }
        lines += result.violations.map { Table.paint("FAILED: \($0)", .bad, colour) }
        if result.violations.isEmpty, tally.errors.total == 0 { lines.append(Table.paint("no errors", .good, colour)) }
        return lines
    }

    private var heading: String {
        let on = plan.hasRelays ? " on \(LoadText.counted(plan.connections, "connection"))" : ""
        let rate = plan.profile == .idle ? "" : ", each \(LoadText.number(plan.rate)) a second"
        return "\(plan.profile.rawValue): \(LoadText.counted(plan.streams, "robot"))\(on)\(rate), "
            + "measured for \(LoadText.number(result.measured)) s"
    }

    private var amounts: Table {
        var table = Table(columns: [.init("WHAT"), .init("NUMBER", .right), .init("A SECOND", .right)])
        func add(_ name: String, _ count: some BinaryInteger, always: Bool = false, style: Table.Style = .plain) {
            guard count > 0 || always else { return }
            let rate = result.worked > 0 ? LoadText.number(result.rate(count)) : "-"
            table.rows.append([.init(name, style), .init(LoadText.count(count)), .init(rate)])
        }
        if result.expected > 0 {
            let isAll = result.connected == result.expected
            table.rows.append([
                .init("robots connected", isAll ? .plain : .bad),
                .init("\(LoadText.count(result.connected)) of \(LoadText.count(result.expected))"), "",
            ])
        }
        add("reports sent", tally.reportsSent)
        add("reports sent again", tally.reportsResent, style: .warning)
        add("reports acknowledged", tally.reportsAcknowledged, always: plan.profile.hasReports)
        add("reports unanswered", tally.reportsUnanswered, style: .bad)
        add("live messages sent", tally.telemetrySent, always: plan.profile.hasTelemetry)
        add("live messages left out", tally.telemetryLeftOut, style: .warning)
        add("sessions opened", tally.sessions, always: plan.profile.hasStorm)
        add("full handshakes", tally.fullHandshakes)
        add("resumed handshakes", tally.resumedHandshakes)
        add("reconnects", tally.reconnects, style: .warning)
        add("bytes sent", result.bytesSent)
        add("bytes received", result.bytesReceived)
        return table
    }

    private var latencies: Table {
        var table = Table(
            columns: [.init("LATENCY")]
                + ["NUMBER", "P50", "P90", "P99", "P99.9", "LONGEST"].map { .init($0, .right) })
        for (name, histogram) in [
            ("report, due to acknowledged", tally.reportLatency),
            ("  … sent to acknowledged", tally.reportLatencySinceSent),
            ("session, full handshake", tally.fullSessionLatency), ("session, resumed", tally.resumedSessionLatency),
            ("first connections", result.connecting.sessionLatency), ("the load's own lateness", tally.lateness),
        ] where !histogram.isEmpty {
            let values = histogram.percentiles([50, 90, 99, 99.9]) + [histogram.maximum]
            table.rows.append(
                [.init(name), .init(LoadText.count(histogram.count))] + values.map { .init(LoadText.latency($0)) })
        }
        return table
    }

    private var machine: Table {
        var table = Table(
            columns: [.init("PROCESS")]
                + ["PROCESSOR", "A MESSAGE", "A CONNECTION", "MEMORY", "A CONNECTION"].map { .init($0, .right) })
        for (name, process) in [("server", result.process), ("load", result.load)] {
            guard let process else { continue }
            func text(_ value: Double?, _ unit: String) -> Table.Cell {
                .init(value.map { "\(LoadText.number($0)) \(unit)" } ?? "")
            }
            table.rows.append([
                .init("\(name) (\(process.name) \(process.pid))"),
                .init("\(LoadText.number(result.busy(process) * 100)) %"),
                text(result.cpuPerMessage(process), "µs"),
                text(result.cpuPerSession(process) ?? result.cpuPerConnection(process), "ms"),
                .init(LoadText.bytes(process.memoryAfter)), text(result.memoryPerConnection(process), "KiB"),
            ])
        }
        return table
    }

    private var errors: Table {
        var table = Table(columns: [.init("ERROR"), .init("NUMBER", .right), .init("THE FIRST ONE'S WORDS")])
        for entry in tally.errors.entries {
            table.rows.append([.init(entry.code, .bad), .init(LoadText.count(entry.count)), .init(entry.example)])
        }
        for entry in result.connecting.errors.entries {
            table.rows.append([
                .init("\(entry.code), connecting", .warning), .init(LoadText.count(entry.count)), .init(entry.example),
            ])
        }
        return table
    }
}
