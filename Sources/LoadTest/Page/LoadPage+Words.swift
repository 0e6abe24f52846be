// What the page says in words and single numbers.
extension LoadPage {
    private var plan: LoadPlan { result.plan }
    private var tally: LoadTally { result.tally }

    var title: String {
        let robots = LoadText.counted(plan.streams, "robot")
        let rate = LoadText.number(plan.rate)
        let plural = rate == "1" ? "" : "s"
        return switch plan.profile {
        case .idle: "\(robots) connected, and quiet"
        case .telemetry: "\(robots), \(rate) live message\(plural) a second each"
        case .reports: "\(robots), \(rate) durable report\(plural) a second each"
        case .storm: "\(robots), coming and going \(rate == "1" ? "once" : "\(rate) times") a second each"
        case .mixed: "\(robots) of every kind, at \(rate) a second each"
        }
    }

    /// The whole test in a few sentences, for someone who was not there.
    var story: String {
        var sentences = [beginning]
        if tally.reportsSent > 0 {
            sentences.append(
                """
                They sent \(LoadText.counted(tally.reportsSent, "report")); the gateway wrote \
                \(LoadText.count(tally.reportsAcknowledged)) to its disk and acknowledged them\(answeredWithin)
                """)
        }
        if tally.telemetrySent > 0 {
            let left =
                tally.telemetryLeftOut > 0
                ? ", and left out \(LoadText.count(tally.telemetryLeftOut)) for which there was no room" : ""
            sentences.append("They sent \(LoadText.counted(tally.telemetrySent, "live message"))\(left).")
        }
        if tally.sessions > 0 {
            let latency = tally.sessionLatency.percentiles([50, 99]).map(LoadText.latency)
            sentences.append(
                """
                They opened \(LoadText.counted(tally.sessions, "session")), each over a new connection: half of them \
                within \(latency[0]), 99 of 100 within \(latency[1]).
                """)
        }
        return sentences.joined(separator: " ")
    }

    private var beginning: String {
        let seconds = LoadText.number(result.measured)
        if result.expected == 0 { return "The robots came and went for \(seconds) s." }
        let all =
            result.connected == result.expected
            ? "\(LoadText.counted(result.expected, "robot")) connected"
            : "\(LoadText.count(result.connected)) of \(LoadText.count(result.expected)) robots connected"
        let over = plan.hasRelays ? " over \(LoadText.counted(plan.connections, "relay connection"))" : ""
        return "\(all)\(over) and were measured for \(seconds) s."
    }

    private var answeredWithin: String {
        guard !tally.reportLatency.isEmpty else { return "." }
        let latency = tally.reportLatency.percentiles([50, 99]).map(LoadText.latency)
        return ": half of them within \(latency[0]) of when they were due, 99 of 100 within \(latency[1])."
    }

    var figures: [(name: String, value: String, unit: String)] {
        var figures: [(name: String, value: String, unit: String)] = []
        func perSecond(_ name: String, _ count: UInt64) {
            guard count > 0, result.worked > 0 else { return }
            figures.append((name, LoadText.number(result.rate(count)), "a second"))
        }
        func latency(_ name: String, _ microseconds: UInt64) {
            let parts = LoadText.latency(microseconds).split(separator: " ")
            figures.append((name, String(parts[0]), String(parts[1])))
        }
        perSecond("Acknowledged", tally.reportsAcknowledged)
        perSecond("Live messages", tally.telemetrySent)
        perSecond("Sessions", tally.sessions)
        let answers = tally.reportLatency.isEmpty ? tally.sessionLatency : tally.reportLatency
        if !answers.isEmpty {
            latency("Half within", answers.percentile(50))
            latency("99 of 100 within", answers.percentile(99))
            latency("Longest", answers.maximum)
        }
        figures.append(("Errors", LoadText.count(tally.errors.total), ""))
        if let server = result.process {
            if let each = result.cpuPerMessage(server) {
                figures.append(("Server, per message", LoadText.number(each), "µs CPU"))
            } else if let each = result.cpuPerSession(server) {
                figures.append(("Server, per session", LoadText.number(each), "ms CPU"))
            }
            if let each = result.memoryPerConnection(server) {
                figures.append(("Server, per connection", LoadText.number(each), "KiB"))
            }
        }
        return figures
    }

    var planRows: [(name: String, value: String)] {
        var rows: [(name: String, value: String)] = [
            ("Profile", plan.profile.rawValue), ("Robots", LoadText.count(plan.streams)),
            ("Connections", LoadText.count(plan.connections)),
        ]
        if plan.profile != .idle { rows.append(("Each robot's rate", "\(LoadText.number(plan.rate)) a second")) }
        if plan.profile.hasReports {
            rows.append(("Reports of one robot on their way, at most", LoadText.count(plan.inFlight)))
        }
        rows.append(("To connect", "\(LoadText.number(plan.ramp.inSeconds)) s"))
        rows.append(
            (
                "Measured",
                "\(LoadText.number(result.measured)) s of \(LoadText.number(plan.duration.inSeconds)) s"
            ))
        rows.append(
            (
                "Handshakes while connecting",
                """
                \(LoadText.count(result.connecting.fullHandshakes)) full, \
                \(LoadText.count(result.connecting.resumedHandshakes)) resumed
                """
            ))
        if tally.fullHandshakes + tally.resumedHandshakes > 0 {
            rows.append(
                (
                    "Handshakes while measured",
                    "\(LoadText.count(tally.fullHandshakes)) full, \(LoadText.count(tally.resumedHandshakes)) resumed"
                ))
        }
        rows.append(("Reconnects", LoadText.count(tally.reconnects)))
        rows.append(
            (
                "Bytes of frames (TLS and TCP add theirs)",
                "\(LoadText.bytes(result.bytesSent)) sent, \(LoadText.bytes(result.bytesReceived)) received"
            ))
        return rows
    }

    var method: String {
        """
        Each robot is due at times that nothing changes: not a slow answer, not a broken connection. Latencies count from \
        then, so a server that stalls is charged for everything that would have come meanwhile, and what had no answer at \
        the end counts with the time that it had waited. Latencies are kept to three significant digits. Processor time \
        and resident memory are the kernel's figures.
        """
    }
}
