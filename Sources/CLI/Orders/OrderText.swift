import Foundation
import Messages

/// Orders for a person to read.
enum OrderText {
    static func table(_ orders: [OrdersV1.Order]) -> String {
        guard !orders.isEmpty else { return "no orders" }
        return columns(
            [["ORDER", "STATE", "PAID", "TOTAL", "ITEMS", "CODE", "AT THE DEPOT"]]
                + orders.map { order in
                    [
                        order.orderID, OrderStateName.word(order.state), order.paid ? "yes" : "no", money(order.total),
                        String(units(order.lines, \.quantity)), order.pickupCode,
                        "\(units(order.lines, \.delivered))/\(units(order.lines) { $0.quantity - min($0.quantity, $0.unavailable) })",
                    ]
                })
    }

    static func card(_ order: OrdersV1.Order) -> String {
        var text = """
            order   \(order.orderID)
            state   \(OrderStateName.word(order.state))\(order.paid ? ", paid" : "")\(order.reason.isEmpty ? "" : ": \(order.reason)")
            total   \(money(order.total))
            """
        if !order.pickupCode.isEmpty { text += "\ncode    \(order.pickupCode)" }
        guard !order.lines.isEmpty else { return text }
        let rows = order.lines.map { line in
            [
                "\(line.quantity) x \(line.name)", line.storeName, money(line.unitPrice), "\(line.picked) picked",
                "\(line.delivered) at the depot", line.unavailable > 0 ? "\(line.unavailable) not to be had" : "",
            ]
        }
        return text + "\n\n" + columns(rows)
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

    /// Rows of the same number of cells, each column as wide as its widest cell.
    private static func columns(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }
}
