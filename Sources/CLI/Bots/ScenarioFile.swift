import BotEmulator
import Yams

/// Reads a scenario of faults from text in YAML, or in JSON. `docs/emulator.md` describes the file. Pure.
struct ScenarioFile {
    static let maxBytes = 1 << 20
    static let fields = ["fault", "bots", "at", "after", "every", "for", "times", "chance", "percent", "ahead"]

    private let robots: [String]
    private var reader = MallFileReader()

    private init(robots: [String]) { self.robots = robots }

    /// - Parameter robots: the fleet, in its order.
    /// - Returns: the scenario, or every mistake with its line, its field and what to do.
    static func parse(_ text: String, robots: [String]) -> Result<Scenario, MallFileErrors> {
        guard text.utf8.count <= maxBytes else {
            return .failure(MallFile.single(0, "the file is larger than \(maxBytes) bytes"))
        }
        let root: Node
        do {
            guard let node = try compose(yaml: text) else {
                return .failure(MallFile.single(0, "the file is empty; it must have 'faults:' and a list"))
            }
            root = node
        } catch {
            return .failure(MallFile.syntaxError(error))
        }
        var file = ScenarioFile(robots: robots)
        let scenario = file.scenario(root)
        let errors = file.reader.errors
        return errors.isEmpty ? .success(scenario) : .failure(MallFileErrors(errors: errors))
    }

    private mutating func scenario(_ root: Node) -> Scenario {
        guard var fields = reader.mapping(root, path: "") else { return Scenario() }
        let elements = reader.list("faults", of: &fields, required: true)
        reader.finish(fields, known: ["faults"])
        return Scenario(rules: elements.compactMap { rule($0.node, $0.path) })
    }

    private mutating func rule(_ node: Node, _ path: String) -> FaultRule? {
        guard var fields = reader.mapping(node, path: path) else { return nil }
        let lines = Dictionary(uniqueKeysWithValues: Self.fields.map { ($0, reader.line($0, fields)) })
        func line(_ field: String) -> Int { lines[field] ?? 0 }
        func fail(_ field: String, _ message: String) { reader.fail(line(field), "\(path).\(field)", message) }

        let kind: FaultKind? = choice("fault", of: &fields, required: true, line: line("fault"))
        var rule = FaultRule(fault: Fault(kind ?? .drop))
        rule.robots = whom(of: &fields, line: line("bots"))
        if let moment: FaultMoment = choice("at", of: &fields, required: false, line: line("at")) {
            rule.trigger = .moment(moment)
        }
        rule.afterMs = duration("after", of: &fields, line: line("after")) ?? 0
        rule.everyMs = duration("every", of: &fields, line: line("every"))
        if rule.everyMs.map({ $0 < 1_000 }) == true { fail("every", "is at least 1s") }
        if let lasts = duration("for", of: &fields, line: line("for")) {
            if let kind, kind.usualMs == nil { fail("for", "does not go with \(kind.rawValue), which does not last") }
            rule.fault.lastsMs = lasts
        }
        rule.times = times(of: &fields, line: line("times")) ?? (rule.everyMs == nil ? 1 : nil)
        rule.chance = number("chance", of: &fields, in: 0...1, line: line("chance")) ?? 1
        if let percent = number("percent", of: &fields, in: 0...100, line: line("percent")) {
            if let kind, kind != .battery { fail("percent", "goes only with battery") }
            rule.fault.percent = Int64(percent)
        }
        let ahead = duration("ahead", of: &fields, line: line("ahead"), isSigned: true)
        rule.fault.skewMs = ahead ?? 0
        if let kind, (kind == .clockSkew) != (ahead != nil), reader.errors.allSatisfy({ $0.path != "\(path).ahead" }) {
            fail(
                "ahead",
                kind == .clockSkew
                    ? "is missing; it says how far the clock is ahead, such as 3h or -20m" : "goes only with clock-skew"
            )
        }
        reader.finish(fields, known: Self.fields)
        return rule
    }

    // MARK: Fields

    private mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of fields: inout MallFileReader.Fields, required: Bool, line: Int
    ) -> Choice? where Choice.RawValue == String {
        guard let text = reader.text(name, of: &fields, required: required, limit: 40) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let all = Choice.allCases.map(\.rawValue)
        let near = NearNames.of(text, among: all).first.map { "did you mean \($0)? " } ?? ""
        reader.fail(line, fields.path(name), "is '\(text)'; \(near)There are: \(all.joined(separator: ", "))")
        return nil
    }

    /// A number of robots, a list of their names, or "all".
    private mutating func whom(of fields: inout MallFileReader.Fields, line: Int) -> FaultRule.Robots {
        let path = fields.path("bots")
        guard let node = reader.node("bots", of: &fields) else { return .all }
        if let count = node.int {
            if !(1...robots.count).contains(count) {
                reader.fail(line, path, "is \(count); the fleet has \(robots.count) robots")
            }
            return .first(count)
        }
        if node.scalar?.string == "all" { return .all }
        let names = node.sequence.map { Array($0) } ?? [node]
        return .named(
            names.enumerated().map { index, name in
                let text = name.scalar?.string ?? ""
                let place = node.sequence == nil ? path : "\(path)[\(index)]"
                if !robots.contains(text) {
                    let near = NearNames.of(text, among: robots)
                    let advice =
                        near.isEmpty
                        ? "it takes a number of robots, a list of their names, or all" : "did you mean \(near[0])?"
                    reader.fail(name.line, place, "there is no robot '\(text)' in the fleet; \(advice)")
                }
                return text
            })
    }

    /// A number with its unit, such as 500ms, 30s, 1.5m or 3h; in milliseconds.
    private mutating func duration(
        _ name: String, of fields: inout MallFileReader.Fields, line: Int, isSigned: Bool = false
    ) -> Int64? {
        guard let text = reader.text(name, of: &fields, required: false, limit: 40) else { return nil }
        if let duration = Self.milliseconds(text), isSigned || duration >= 0 { return duration }
        reader.fail(
            line, fields.path(name), "is '\(text)'; it takes a duration with its unit, such as 500ms, 30s, 2m or 3h")
        return nil
    }

    static func milliseconds(_ text: String) -> Int64? {
        for (unit, factor) in [("ms", 1.0), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)] where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)) else { continue }
            let value = number * factor
            // A month is more than any scenario lasts.
            return value.isFinite && abs(value) <= 2_592_000_000 ? Int64(value) : nil
        }
        return nil
    }

    private mutating func number(
        _ name: String, of fields: inout MallFileReader.Fields, in range: ClosedRange<Double>, line: Int
    ) -> Double? {
        guard let text = reader.text(name, of: &fields, required: false, limit: 40) else { return nil }
        if let number = Double(text), range.contains(number) { return number }
        reader.fail(
            line, fields.path(name),
            "is '\(text)'; it must be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
        return nil
    }

    /// How often at most; nil when nothing is said.
    private mutating func times(of fields: inout MallFileReader.Fields, line: Int) -> Int?? {
        guard let text = reader.text("times", of: &fields, required: false, limit: 40) else { return nil }
        if text == "always" { return .some(nil) }
        if let times = Int(text), (1...1_000_000).contains(times) { return times }
        reader.fail(line, fields.path("times"), "is '\(text)'; it must be a whole number from 1, or always")
        return nil
    }
}
