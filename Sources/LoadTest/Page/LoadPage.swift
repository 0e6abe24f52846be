import Foundation

/// A load test's result as one page that needs nothing else: no network, no other file. Pure.
public struct LoadPage: Sendable {
    let result: LoadResult
    /// When it was, in words.
    let date: String
    /// What wrote it.
    let software: String

    /// - Parameter software: the program and its version.
    public init(_ result: LoadResult, software: String) {
        self.result = result
        self.software = software
        let format = ISO8601DateFormatter()
        format.formatOptions = [.withFullDate, .withTime, .withSpaceBetweenDateAndTime, .withColonSeparatorInTime]
        date = format.string(from: Date(timeIntervalSince1970: result.startedAt)) + " UTC"
    }

    public var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(HTML.text(title))</title>
        <style>
        \(String(decoding: PackageResources.page_css, as: UTF8.self))
        </style>
        </head>
        <body>
        <header>
        <p class="kind">Load test <button type="button" id="theme" hidden>Light or dark</button></p>
        <h1>\(HTML.text(title))</h1>
        <p class="when">\(HTML.text("Against the gateway at \(result.server), \(date)."))</p>
        \(verdict)
        <p class="story">\(HTML.text(story))</p>
        \(result.warnings.map { "<p class=\"warning\">\(HTML.text($0.capitalisedFirst + "."))</p>" }.joined(separator: "\n"))
        \(tiles)
        </header>
        <main>
        \(charts.map(\.html).joined(separator: "\n"))
        \(latencyTable)
        \(errorTable)
        \(machineTable)
        \(planTable)
        </main>
        <footer><p>\(HTML.text(method))</p><p>\(HTML.text("Written by \(software)."))</p></footer>
        <script>
        \(String(decoding: PackageResources.page_js, as: UTF8.self))
        </script>
        </body>
        </html>

        """
    }

    private var verdict: String {
        var parts: [String] = []
        if !result.violations.isEmpty {
            let why = result.violations.map { $0.capitalisedFirst + "." }.joined(separator: " ")
            parts.append("<p class=\"verdict bad\"><b>Failed.</b> \(HTML.text(why))</p>")
        } else if result.tally.errors.total > 0 {
            parts.append(
                """
                <p class="verdict soso"><b>\(HTML.text(LoadText.counted(result.tally.errors.total, "error"))).</b> \
                See below what they were.</p>
                """)
        } else {
            parts.append("<p class=\"verdict good\"><b>No errors.</b> Nothing was lost or refused.</p>")
        }
        if result.isCutShort {
            parts.append("<p class=\"warning\">It was ended before its time; this is what was measured until then.</p>")
        }
        return parts.joined(separator: "\n")
    }

    private var tiles: String {
        "<dl class=\"tiles\">"
            + figures.map { figure in
                "<div><dt>\(HTML.text(figure.name))</dt><dd>\(HTML.text(figure.value))"
                    + "<small>\(HTML.text(figure.unit))</small></dd></div>"
            }.joined(separator: "\n") + "</dl>"
    }

    private var latencyTable: String {
        let rows = [
            ("A report, from when it was due", result.tally.reportLatency),
            ("A report, from when it was sent", result.tally.reportLatencySinceSent),
            ("A session, full handshake", result.tally.fullSessionLatency),
            ("A session, resumed", result.tally.resumedSessionLatency),
            ("First connections", result.connecting.sessionLatency),
            ("This program's own lateness", result.tally.lateness),
        ]
        .filter { !$0.1.isEmpty }
        .map { name, histogram in
            [name, LoadText.count(histogram.count)]
                + (histogram.percentiles([50, 90, 99, 99.9, 99.99]) + [histogram.maximum]).map(LoadText.latency)
        }
        if rows.isEmpty { return "" }
        return "<section><h2>Latencies</h2>"
            + HTML.table(
                ["", "Number", "p50", "p90", "p99", "p99.9", "p99.99", "Longest"], rows, numbers: Set(1...7))
            + "</section>"
    }

    private var errorTable: String {
        let entries =
            result.tally.errors.entries
            + result.connecting.errors.entries.map { entry in
                var entry = entry
                entry.code += " (connecting)"
                return entry
            }
        if entries.isEmpty { return "" }
        let rows = entries.map { [$0.code, LoadText.count($0.count), $0.example] }
        return "<section><h2>Errors</h2>"
            + HTML.table(["Code", "Number", "The first one's words"], rows, numbers: [1]) + "</section>"
    }

    private var machineTable: String {
        let processes = [("The server", result.process), ("This program", Optional(result.load))]
        let rows = processes.compactMap { name, process -> [String]? in
            guard let process else { return nil }
            func optional(_ value: Double?, _ unit: String) -> String {
                value.map { "\(LoadText.number($0)) \(unit)" } ?? "–"
            }
            let busy = result.busy(process) * 100
            return [
                "\(name) (\(process.name), process \(process.pid))", "\(LoadText.number(busy)) %",
                optional(result.cpuPerMessage(process), "µs"),
                optional(result.cpuPerSession(process) ?? result.cpuPerConnection(process), "ms"),
                LoadText.bytes(process.memoryBefore), LoadText.bytes(process.memoryConnected),
                LoadText.bytes(process.memoryAfter),
            ]
        }
        return "<section><h2>What it cost</h2>"
            + HTML.table(
                [
                    "", "Of one processor", "CPU per message", "CPU per connection", "Memory before", "… connected",
                    "… at the end",
                ], rows, numbers: Set(1...6)) + "</section>"
    }

    private var planTable: String {
        "<section><h2>What was run</h2>"
            + HTML.table(["", ""], planRows.map { [$0.name, $0.value] }) + "</section>"
    }
}

extension String {
    var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
