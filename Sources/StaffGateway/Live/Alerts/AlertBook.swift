import Kernel
import Messages

/// Which conditions there are, since when, and which of them are alerts by now.
///
/// Told of each robot and order as it changes, and of the time now and then. Writes the alerts to their topic's board.
struct AlertBook: Sendable {
    private struct Standing: Sendable {
        var condition: AlertCondition
        var begin: Timestamp

        /// How severe it is by now; nil: not yet an alert.
        func severity(at now: Timestamp) -> Alert.Severity? {
            if let worsens = condition.worsens, now >= begin + worsens { return .critical }
            return now >= begin + condition.wait ? condition.severity : nil
        }

        /// When `severity` is another one; nil: never.
        func next(after now: Timestamp) -> Timestamp? {
            [begin + condition.wait, condition.worsens.map { begin + $0 }].compactMap { $0 }.filter { $0 > now }.min()
        }
    }

    let rules: AlertRules
    private var standings: [Alert.Subject: [Alert.Kind: Standing]] = [:]
    /// When time alone changes something; nil: never.
    private(set) var due: Timestamp?

    init(_ rules: AlertRules) {
        self.rules = rules
    }

    /// The robot is now like this.
    mutating func note(_ bot: DepotV1.Bot, at now: Timestamp, on board: inout TopicBoard) {
        note(rules.conditions(of: bot), of: Alert.Subject(type: .bot, id: bot.botID), at: now, on: &board)
    }

    /// The order is now like this.
    mutating func note(_ order: OrdersV1.Order, at now: Timestamp, on board: inout TopicBoard) {
        note(rules.conditions(of: order), of: Alert.Subject(type: .order, id: order.orderID), at: now, on: &board)
    }

    /// There is no such robot or order any more.
    mutating func forget(_ subject: Alert.Subject, at now: Timestamp, on board: inout TopicBoard) {
        note([], of: subject, at: now, on: &board)
    }

    /// Keeps only what is about these robots, or these orders.
    mutating func keep(_ type: Alert.Subject.Kind, _ ids: Set<String>, at now: Timestamp, on board: inout TopicBoard) {
        let others = standings.keys.filter { $0.type == type && !ids.contains($0.id) }.sorted { $0.id < $1.id }
        for subject in others { forget(subject, at: now, on: &board) }
    }

    /// It is later: what has lasted long enough is an alert now.
    mutating func tick(at now: Timestamp, on board: inout TopicBoard) {
        guard let due, now >= due else { return }
        self.due = nil
        let subjects = standings.keys.sorted { ($0.type.rawValue, $0.id) < ($1.type.rawValue, $1.id) }
        for subject in subjects { show(subject, at: now, on: &board) }
    }

    private mutating func note(
        _ conditions: [AlertCondition], of subject: Alert.Subject, at now: Timestamp, on board: inout TopicBoard
    ) {
        let old = standings[subject] ?? [:]
        var new: [Alert.Kind: Standing] = [:]
        for condition in conditions {
            let begin = condition.begin ?? old[condition.kind]?.begin ?? now
            new[condition.kind] = Standing(condition: condition, begin: begin)
        }
        standings[subject] = new.isEmpty ? nil : new
        for kind in old.keys.sorted(by: { $0.rawValue < $1.rawValue }) where new[kind] == nil {
            board.remove(EntityKey(kind: .alert, id: "\(kind.rawValue)/\(subject.id)"))
        }
        show(subject, at: now, on: &board)
    }

    private mutating func show(_ subject: Alert.Subject, at now: Timestamp, on board: inout TopicBoard) {
        let standings = (standings[subject] ?? [:]).values.sorted {
            $0.condition.kind.rawValue < $1.condition.kind.rawValue
        }
        for standing in standings {
            if let severity = standing.severity(at: now) {
                let since = standing.begin + standing.condition.wait
                board.put(.alert(Alert(standing.condition, of: subject, severity: severity, since: since)))
            }
            if let next = standing.next(after: now) { due = min(due ?? next, next) }
        }
    }
}
