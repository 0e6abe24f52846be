import Foundation

/// When which fault strikes one robot, through all its lives: pure, drawn from the seed.
///
/// It is told what happens to the robot (`note`) and asked for what is due (`take`). One fault at a time: while one lasts,
/// the others wait. Time is in real milliseconds since the robot's start.
public struct FaultPlan: Sendable {
    private struct Due: Sendable {
        let at: Int64
        let rule: Int
    }

    private let bot: String
    private let seed: UInt64
    private let speed: Double
    private let rules: [FaultRule]
    /// The rules that are for this robot.
    private let own: [Int]
    /// In the order in which they were planned; few at any time.
    private var due: [Due] = []
    /// How often each rule was planned, and how often it has struck.
    private var planned: [Int]
    public private(set) var struck: [Int]
    /// How often each kind has struck.
    public private(set) var counts: [FaultKind: Int] = [:]
    private var busyUntil: Int64 = 0

    /// - Parameters:
    ///   - number: the robot's place in the fleet, from 0.
    ///   - rate: of everything, besides the scenario's rules, 0 to 1.
    ///   - speed: how many times faster than real the robot lives: random faults come as much more often.
    public init(
        bot: String, number: Int, scenario: Scenario = Scenario(), rate: Double = 0, speed: Double = 1, seed: UInt64
    ) {
        self.bot = bot
        self.seed = seed
        self.speed = max(speed, 0.001)
        let rules = scenario.rules + Scenario.failing(rate: rate).rules
        self.rules = rules
        own = rules.indices.filter { rules[$0].strikes(bot: bot, number: number) }
        planned = [Int](repeating: 0, count: rules.count)
        struck = planned
        for rule in own {
            switch rules[rule].trigger {
            case .start: plan(rule, at: rules[rule].afterMs)
            case .random(let rate): plan(rule, at: wait(rule, rate))
            case .moment: break
            }
        }
    }

    /// Something has happened to the robot.
    public mutating func note(_ moment: FaultMoment, at now: Int64) {
        for rule in own where rules[rule].trigger == .moment(moment) { plan(rule, at: now + rules[rule].afterMs) }
    }

    /// The fault that strikes now, if any does; ask again until there is none.
    public mutating func take(at now: Int64) -> Fault? {
        while now >= busyUntil, let index = due.indices.min(by: { due[$0].at < due[$1].at }), due[index].at <= now {
            let rule = due.remove(at: index).rule
            let strikes = isLucky(rule)
            switch rules[rule].trigger {
            case .random(let rate): plan(rule, at: now + wait(rule, rate))
            case .start, .moment: if let every = rules[rule].everyMs { plan(rule, at: now + every) }
            }
            guard strikes else { continue }
            let fault = rules[rule].fault
            struck[rule] += 1
            counts[fault.kind, default: 0] += 1
            busyUntil = now + fault.lastsMs
            return fault
        }
        return nil
    }

    /// One that strikes outside the plan, such as an empty shelf.
    public mutating func count(_ kind: FaultKind) { counts[kind, default: 0] += 1 }

    /// When `take` may have something, if nothing more happens.
    public var nextDue: Int64? { due.map(\.at).min().map { max($0, busyUntil) } }

    private mutating func plan(_ rule: Int, at time: Int64) {
        guard rules[rule].times.map({ planned[rule] < $0 }) ?? true else { return }
        planned[rule] += 1
        due.append(Due(at: time, rule: rule))
    }

    // MARK: Chance

    private func isLucky(_ rule: Int) -> Bool {
        rules[rule].chance >= 1 || draw(rule, "chance") < rules[rule].chance
    }

    /// Waits between things that happen at random at a steady rate: the exponential distribution. Never less than half a
    /// second, so that something happens in between.
    private func wait(_ rule: Int, _ perMinute: Double) -> Int64 {
        Int64(max(0.5, min(1e9, -log(1 - draw(rule, "wait")) * 60 / perMinute / speed)) * 1_000)
    }

    private func draw(_ rule: Int, _ what: String) -> Double {
        Chance.draw(seed: seed, bot, rules[rule].name, "\(rule)", what, "\(planned[rule])")
    }
}
