import Messages

/// Orders for a person to read.
enum OrderText {
    static func table(_ orders: [OrdersV1.Order]) -> String {
        guard !orders.isEmpty else { return "no orders" }
        var table = Table(columns: [
            .init("ORDER"), .init("STATE"), .init("PAID"), .init("TOTAL", .right), .init("ITEMS", .right),
            .init("CODE"), .init("AT THE DEPOT", .right),
        ])
        table.rows = orders.map { order in
            let wanted = units(order.lines) { $0.quantity - min($0.quantity, $0.unavailable) }
            return [
                .init(order.orderID), .init(OrderStateName.word(order.state)), .init(order.paid ? "yes" : "no"),
                .init(money(order.total)), .init("\(units(order.lines, \.quantity))"), .init(order.pickupCode),
                .init("\(units(order.lines, \.delivered))/\(wanted)"),
            ]
        }
        return table.lines().joined(separator: "\n")
    }

    static func card(_ order: OrdersV1.Order) -> String {
        var text = """
            order   \(order.orderID)
            state   \(OrderStateName.word(order.state))\(order.paid ? ", paid" : "")\(order.reason.isEmpty ? "" : ": \(order.reason)")
            total   \(money(order.total))
            """
        if !order.pickupCode.isEmpty { text += "\ncode    \(order.pickupCode)" }
        guard !order.lines.isEmpty else { return text }
        var table = Table(columns: [
            .init("UNITS", .right), .init("PRODUCT"), .init("STORE"), .init("EACH", .right), .init("PICKED", .right),
            .init("AT THE DEPOT", .right), .init("NOT TO BE HAD", .right),
        ])
        table.rows = order.lines.map { line in
            [
                .init("\(line.quantity)"), .init(line.name), .init(line.storeName), .init(money(line.unitPrice)),
                .init("\(line.picked)"), .init("\(line.delivered)"), .init("\(line.unavailable)"),
            ]
        }
        return text + "\n\n" + table.lines().joined(separator: "\n")
    }

    /// "12.50 EUR"; the number of digits is the currency's.
    static func money(_ money: TypesV1.Money?) -> String {
        guard let money else { return "-" }
        let digits = ["JPY", "KRW", "ISK", "CLP", "VND"].contains(money.currencyCode) ? 0 : 2
        guard digits > 0 else { return "\(money.minorUnits) \(money.currencyCode)" }
        let magnitude = money.minorUnits.magnitude
        let cents = String(magnitude % 100)
        let sign = money.minorUnits < 0 ? "-" : ""
        return "\(sign)\(magnitude / 100).\(cents.count < 2 ? "0" : "")\(cents) \(money.currencyCode)"
    }

    private static func units(_ lines: [OrdersV1.Line], _ count: (OrdersV1.Line) -> UInt32) -> UInt64 {
        lines.reduce(0) { $0 + UInt64(count($1)) }
    }
}
