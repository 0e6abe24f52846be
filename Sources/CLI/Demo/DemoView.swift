import APIs
import BotGateway
import Foundation
import Messages
import StaffGateway
import Wire

/// The demo's screen: robots above, the newest orders below. Pure but for the calls that fetch what it shows.
struct DemoView: Sendable {
    let mall: RunningMall

    /// What there is to see now, cut to the size.
    func lines(width: Int, height: Int, colour: Bool) async throws -> [String] {
        let call = CallContext(timeout: .seconds(5))
        let bots = try await mall.depot.listBots(DepotV1.ListBotsRequest(), context: call).bots
        let orders = try await mall.orders.listOrders(
            OrdersV1.ListOrdersRequest(states: Self.placed, pageSize: 50), context: call)
        let telemetry = Dictionary(
            mall.telemetry.snapshot().map { ($0.botID, $0.telemetry) }, uniquingKeysWith: { _, newest in newest })
        // As long as nobody can sign in, how somebody can.
        let setup = try await mall.staff.setupToken() != nil ? mall.addresses.staffSetup : nil
        let heading = [
            Table.paint("MallBots", .bold, colour)
                + "  kiosks \(mall.addresses.scheme)\(mall.addresses.kiosk)  staff \(mall.addresses.scheme)\(mall.addresses.staff)"
                + "  robots \(mall.addresses.bots)  Ctrl-C stops",
            setup.map { "first manager of the staff: \($0)" } ?? "",
        ]
        let room = max(6, height - heading.count - 2)
        let robots = Self.robots(bots, telemetry).lines(
            width: width, height: max(3, min(bots.count + 1, room * 3 / 5)), colour: colour)
        let below = Self.orders(orders.orders).lines(
            width: width, height: max(2, room - robots.count), colour: colour)
        return heading.map { String($0.prefix(colour ? width + 8 : width)) } + robots + [""] + below
    }

    /// One line for output that is not a terminal.
    func summary() async throws -> String {
        let call = CallContext(timeout: .seconds(5))
        let bots = try await mall.depot.listBots(DepotV1.ListBotsRequest(), context: call).bots
        let orders = try await mall.orders.listOrders(
            OrdersV1.ListOrdersRequest(states: Self.placed, pageSize: 200), context: call)
        func count(_ state: OrdersV1.OrderState) -> Int { orders.orders.count { $0.state == state } }
        return "robots: \(bots.count { $0.online }) online, \(bots.count { $0.state == .working }) working; "
            + "orders: \(orders.total) placed, of the newest \(orders.orders.count) "
            + "\(count(.approved)) being fetched, \(count(.ready)) ready, \(count(.completed)) completed"
    }

    private static let placed: [OrdersV1.OrderState] = [
        .placed, .approved, .ready, .completed, .rejected, .canceled, .canceling,
    ]

    private static func robots(_ bots: [DepotV1.Bot], _ telemetry: [String: BotsV1.Telemetry]) -> Table {
        var table = Table(columns: [
            .init("ROBOT"), .init("STATE"), .init("TASK"), .init("FLOOR", .right), .init("TO GO", .right),
            .init("BATTERY", .right), .init("DELIVERED", .right),
        ])
        table.rows = bots.map { bot in
            let live = telemetry[bot.botID]
            let battery = live?.batteryPercent ?? bot.batteryPercent
            return [
                .init(bot.botID), state(bot), .init(bot.taskID),
                .init(live?.place.map { "\($0.floor)" } ?? "-"),
                .init(live.map { $0.distanceLeftMm > 0 ? "\($0.distanceLeftMm / 1000) m" : "" } ?? ""),
                .init("\(battery) %", battery < 20 ? .bad : battery < 40 ? .warning : .plain),
                .init("\(bot.tasksDelivered)"),
            ]
        }
        return table
    }

    private static func state(_ bot: DepotV1.Bot) -> Table.Cell {
        let word = bot.state.name.replacingOccurrences(of: "BOT_STATE_", with: "").lowercased()
        return switch bot.state {
        case .working: Table.Cell(word, .active)
        case .waiting, .idle: Table.Cell(word, .good)
        case .faulted, .lost: Table.Cell(word, .bad)
        case .offline, .paused: Table.Cell(word, .warning)
        default: Table.Cell(word)
        }
    }

    private static func orders(_ orders: [OrdersV1.Order]) -> Table {
        var table = Table(columns: [
            .init("ORDER"), .init("STATE"), .init("PAID"), .init("TOTAL", .right), .init("AT THE DEPOT", .right),
            .init("CODE"),
        ])
        table.rows = orders.map { order in
            let style: Table.Style =
                switch order.state {
                case .ready: .good
                case .approved, .placed: .active
                case .rejected, .canceled: .bad
                case .completed: .dim
                default: .plain
                }
            let wanted = order.lines.reduce(0) { $0 + Int($1.quantity) - Int($1.unavailable) }
            return [
                .init(order.orderID), .init(OrderStateName.word(order.state), style), .init(order.paid ? "yes" : ""),
                .init(OrderText.money(order.total)),
                .init("\(order.lines.reduce(0) { $0 + Int($1.delivered) })/\(wanted)"), .init(order.pickupCode),
            ]
        }
        return table
    }
}
