import Kernel
import Messages

/// What staff are alerted to, and after how long.
struct AlertRules: Hashable, Sendable {
    /// A robot that is not heard from for so long. Less is a break that it gets over by itself.
    var silentAfter = Duration.seconds(30)
    /// An order that is not ready so long after it was placed; critical after twice that.
    var overdueAfter = Duration.seconds(30 * 60)
    /// An order that is not paid so long after it was ready.
    var unpaidAfter = Duration.seconds(15 * 60)

    func conditions(of bot: DepotV1.Bot) -> [AlertCondition] {
        let id = bot.botID
        switch bot.state {
        case .retired: return []
        case .lost: return [AlertCondition(kind: .lost, severity: .critical, text: "\(id) was declared lost")]
        default: break
        }
        var found: [AlertCondition] = []
        if !bot.fault.isEmpty {
            found.append(AlertCondition(kind: .fault, severity: .critical, text: "\(id) reports a fault: \(bot.fault)"))
        }
        // One that has never been here is not missed.
        if !bot.online, bot.session > 0 {
            let has = bot.taskID.isEmpty ? bot.custodyTaskID : bot.taskID
            found.append(
                AlertCondition(
                    kind: .offline, severity: has.isEmpty ? .warning : .critical,
                    text: "\(id) is not heard from" + (has.isEmpty ? "" : ", and it has items of task \(has)"),
                    wait: silentAfter))
        }
        if !bot.custodyTaskID.isEmpty {
            found.append(
                AlertCondition(
                    kind: .custody, severity: .warning,
                    text: "\(id) has items of task \(bot.custodyTaskID), which it no longer holds"))
        }
        return found
    }

    func conditions(of order: OrdersV1.Order) -> [AlertCondition] {
        switch order.state {
        case .placed, .approved:
            return [
                AlertCondition(
                    kind: .overdue, severity: .warning, text: "order \(order.orderID) is not ready yet",
                    begin: Timestamp(unixMs: order.placedUnixMs), wait: overdueAfter, worsens: overdueAfter * 2)
            ]
        case .ready where !order.paid:
            return [
                AlertCondition(
                    kind: .unpaid, severity: .warning, text: "order \(order.orderID) is ready and not paid",
                    begin: Timestamp(unixMs: order.readyUnixMs), wait: unpaidAfter)
            ]
        default: return []
        }
    }
}
