import LoadTest

/// What is seen while a load test runs: a bar and numbers on a terminal, a line now and then elsewhere.
actor LoadScreen {
    private let plan: LoadPlan
    private let server: HostPort
    private let say: @Sendable (String) -> Void
    private let terminal: Terminal?
    private var screen: LiveScreen?
    private var lastPhase: LoadProgress.Phase?
    private var lastLine = ContinuousClock.now

    private static let lineEvery = Duration.seconds(5)

    /// - Parameter terminal: nil, or one that is not interactive: lines.
    init(plan: LoadPlan, server: HostPort, terminal: Terminal?, say: @escaping @Sendable (String) -> Void) {
        self.plan = plan
        self.server = server
        self.say = say
        self.terminal = terminal
        if let terminal, terminal.isInteractive { screen = LiveScreen(terminal: terminal) }
    }

    func show(_ progress: LoadProgress) {
        if let terminal, screen != nil {
            let lines = Self.lines(progress, plan, server, width: terminal.size.width, colour: terminal.hasColour)
            screen?.draw(lines)
        } else if lastPhase != progress.phase || ContinuousClock.now - lastLine >= Self.lineEvery {
            lastLine = ContinuousClock.now
            if progress.phase != .finishing { say(Self.line(progress)) }
        }
        lastPhase = progress.phase
    }

    // MARK: Pure

    static func lines(
        _ progress: LoadProgress, _ plan: LoadPlan, _ server: HostPort, width: Int, colour: Bool
    ) -> [String] {
        let heading = "\(plan.profile.rawValue): \(LoadText.counted(plan.streams, "robot")) at \(server)"
        return [
            Table.paint(String(heading.prefix(width)), .bold, colour), bar(progress, width: width, colour: colour),
            String(numbers(progress).prefix(width)), String(machine(progress).prefix(width)),
            Table.paint("Ctrl-C ends early", .dim, colour),
        ]
    }

    static func bar(_ progress: LoadProgress, width: Int, colour: Bool) -> String {
        let part = progress.length > 0 ? min(1, max(0, progress.elapsed / progress.length)) : 1
        let words =
            switch progress.phase {
            case .connecting: "connecting"
            case .measuring: "measuring"
            case .finishing: "finishing"
            }
        let time = "\(Int(progress.elapsed)) of \(LoadText.number(progress.length.rounded(.up))) s"
        let room = max(4, min(50, width - words.count - time.count - 4))
        let done = Int((Double(room) * part).rounded(.down))
        let full = Table.paint(String(repeating: "█", count: done), .good, colour)
        let empty = Table.paint(String(repeating: "░", count: room - done), .dim, colour)
        return "\(words)  \(full)\(empty)  \(time)"
    }

    static func numbers(_ progress: LoadProgress) -> String {
        var parts: [String] = []
        if progress.robots > 0 {
            parts.append("connected \(LoadText.count(progress.connected)) of \(LoadText.count(progress.robots))")
        }
        if let second = progress.second, second.length > 0, progress.phase != .connecting {
            func rate(_ name: String, _ count: UInt64) {
                parts.append("\(name) \(LoadText.number(Double(count) / second.length))/s")
            }
            if second.messagesSent > 0 { rate("sent", second.messagesSent) }
            if second.reportsSent + second.reportsAcknowledged > 0 { rate("acked", second.reportsAcknowledged) }
            if second.sessions > 0 { rate("sessions", second.sessions) }
        }
        if let p50 = progress.p50, let p99 = progress.p99 {
            parts.append("p50 \(LoadText.latency(p50))")
            parts.append("p99 \(LoadText.latency(p99))")
        }
        parts.append("errors \(LoadText.count(progress.errors))")
        return parts.joined(separator: "   ")
    }

    static func machine(_ progress: LoadProgress) -> String {
        guard let second = progress.second else { return "" }
        var parts: [String] = []
        if let cpu = second.serverCPU { parts.append("server \(LoadText.number(cpu * 100)) % of a processor") }
        if let memory = second.serverMemory { parts.append(LoadText.bytes(memory)) }
        parts.append("load \(LoadText.number(second.loadCPU * 100)) %")
        return parts.joined(separator: "   ")
    }

    static func line(_ progress: LoadProgress) -> String {
        let time = "\(Int(progress.elapsed.rounded())) of \(LoadText.number(progress.length.rounded(.up))) s"
        let words = progress.phase == .connecting ? "connecting" : "measuring"
        let all = [numbers(progress), machine(progress)].filter { !$0.isEmpty }.joined(separator: "   ")
        return "\(words) \(time): \(all.replacing("   ", with: ", "))"
    }
}
