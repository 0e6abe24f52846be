/// Which faults strike which robots, and when.
public struct Scenario: Sendable, Hashable {
    public var rules: [FaultRule] = []

    public init(rules: [FaultRule] = []) { self.rules = rules }

    /// Everything now and then.
    ///
    /// - Parameter rate: 0 to 1; a fault's `usualRate` times this strikes in a minute.
    static func failing(rate: Double) -> Scenario {
        guard rate > 0 else { return Scenario() }
        return Scenario(
            rules: FaultKind.allCases.filter { $0.usualRate > 0 }.map { kind in
                FaultRule(fault: Fault(kind), trigger: .random(perMinute: kind.usualRate * rate), times: nil)
            })
    }
}

/// One line of a scenario.
public struct FaultRule: Sendable, Hashable {
    /// What it waits for.
    public enum Trigger: Sendable, Hashable {
        /// The robot's start; a crash is not another one.
        case start
        /// Each time that this happens.
        case moment(FaultMoment)
        /// Nothing: it strikes at random, so often in a minute of the robot's time.
        case random(perMinute: Double)
    }

    public enum Robots: Sendable, Hashable {
        case all
        /// So many of the fleet, the first ones.
        case first(Int)
        case named([String])
    }

    public var fault: Fault
    public var robots = Robots.all
    public var trigger = Trigger.start
    /// Milliseconds of real time after what it waits for.
    public var afterMs: Int64 = 0
    /// It strikes again each time so many real milliseconds have passed; nil: only when what it waits for happens again.
    public var everyMs: Int64?
    /// How often it strikes each robot at most; nil: without end.
    public var times: Int? = 1
    /// How likely it is that it strikes when it could, 0 to 1.
    public var chance = 1.0

    public init(fault: Fault, trigger: Trigger = .start, times: Int? = 1) {
        self.fault = fault
        self.trigger = trigger
        self.times = times
    }

    /// For people: "crash at picked".
    public var name: String {
        switch trigger {
        case .start, .random: fault.kind.rawValue
        case .moment(let moment): "\(fault.kind.rawValue) at \(moment.rawValue)"
        }
    }

    func strikes(bot: String, number: Int) -> Bool {
        switch robots {
        case .all: true
        case .first(let count): number < count
        case .named(let names): names.contains(bot)
        }
    }
}
