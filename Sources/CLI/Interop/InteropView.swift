import Interop

/// What `mallbots interop` prints.
struct InteropView: Sendable {
    let json: Bool
    private let hasColour = Terminal().hasColour

    init(json: Bool) {
        self.json = json
    }

    func list(_ cases: [InteropCase]) {
        for each in cases {
            json
                ? JSONLine.print(ListLine(case: each.name, shows: each.shows))
                : Output.line(Self.padded(each.name, Self.nameWidth) + each.shows)
        }
    }

    /// A case has ended.
    func show(_ result: InteropResult) {
        if json { return JSONLine.print(ResultLine(result)) }
        Output.line(Self.line(result, colour: hasColour))
    }

    func summary(_ results: [InteropResult]) {
        let summary = SummaryLine(
            passed: results.count { $0.outcome == .passed }, failed: results.count(where: \.hasFailed),
            skipped: results.count { if case .skipped = $0.outcome { true } else { false } })
        if json { return JSONLine.print(summary) }
        Output.line("\(summary.passed) passed, \(summary.failed) failed, \(summary.skipped) skipped")
    }

    /// "large_unary  passed  12 ms", and behind it why it is not so.
    static func line(_ result: InteropResult, colour: Bool) -> String {
        let (word, why, style): (String, String?, Table.Style) =
            switch result.outcome {
            case .passed: ("passed", nil, .good)
            case .failed(let why): ("FAILED", why, .bad)
            case .skipped(let why): ("skipped", why, .dim)
            }
        let time = "\(result.milliseconds) ms"
        return padded(result.name, nameWidth) + Table.paint(padded(word, 9), style, colour)
            + String(repeating: " ", count: max(0, 8 - time.count)) + time + (why.map { "  \(oneLine($0))" } ?? "")
    }

    private static let nameWidth = (InteropCase.all.map(\.name.count).max() ?? 0) + 2

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// What a server says may hold anything; on a terminal it is one line of plain text.
    private static func oneLine(_ text: String) -> String {
        String(
            text.map {
                $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0
            })
    }
}

private struct ListLine: Encodable {
    var `case`: String
    var shows: String
}

private struct ResultLine: Encodable {
    var `case`: String
    var result: String
    var milliseconds: Int
    var why: String?

    init(_ result: InteropResult) {
        `case` = result.name
        milliseconds = result.milliseconds
        switch result.outcome {
        case .passed: self.result = "passed"
        case .failed(let why):
            self.result = "failed"
            self.why = why
        case .skipped(let why):
            self.result = "skipped"
            self.why = why
        }
    }
}

private struct SummaryLine: Encodable {
    var passed: Int
    var failed: Int
    var skipped: Int
}

extension InteropResult {
    var hasFailed: Bool { if case .failed = outcome { true } else { false } }
}
