import Messages
import Web

/// The gateway's own small view of the orders that are under way: what the board shows, whose a pickup code is, and what
/// of the stores' stock is spoken for.
///
/// A fold of what Orders' watch tells. Pure.
struct OpenOrders: Sendable {
    /// An order's share in it.
    private struct Entry: Hashable, Sendable {
        var state: OrdersV1.OrderState
        var ticket: UInt32
        var pickupCode: String
        var placedUnixMs: Int64
        var readyUnixMs: Int64
        /// Units that are still to be fetched, by product.
        var awaited: [String: UInt32]
    }

    private var entries: [String: Entry] = [:]
    /// By pickup code. Codes are unique among open orders; of others that had the same, the newest counts.
    private var codes: [String: String] = [:]
    private var promised: [String: UInt32] = [:]
    /// Whether everything that there was has come. Before that, nothing can be said not to exist.
    private(set) var isComplete = false

    /// Takes what the watch sent.
    mutating func take(_ update: OrdersV1.OrdersUpdate, first: Bool) {
        if first { self = OpenOrders() }
        for order in update.orders { set(order) }
        for id in update.forgotten { remove(id) }
        if update.complete { isComplete = true }
    }

    private mutating func set(_ order: OrdersV1.Order) {
        remove(order.orderID)
        if order.state == .basket || order.state == .abandoned || order.pickupCode.isEmpty { return }
        entries[order.orderID] = Entry(
            state: order.state, ticket: order.ticket, pickupCode: order.pickupCode,
            placedUnixMs: order.placedUnixMs, readyUnixMs: order.readyUnixMs, awaited: Self.awaited(order))
        for (product, units) in Self.awaited(order) { promised[product, default: 0] += units }
        if let holder = codes[order.pickupCode].flatMap({ entries[$0] }), order.state.isFinal,
            !holder.state.isFinal || holder.placedUnixMs > order.placedUnixMs
        {
            return
        }
        codes[order.pickupCode] = order.orderID
    }

    private mutating func remove(_ id: String) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        for (product, units) in entry.awaited {
            let left = (promised[product] ?? 0) - units
            promised[product] = left == 0 ? nil : left
        }
        if codes[entry.pickupCode] == id { codes.removeValue(forKey: entry.pickupCode) }
    }

    /// What is picked has left the shelf, and what could not be had is not waited for.
    private static func awaited(_ order: OrdersV1.Order) -> [String: UInt32] {
        guard order.state == .placed || order.state == .approved else { return [:] }
        var units: [String: UInt32] = [:]
        for line in order.lines where line.quantity > line.picked + line.unavailable {
            units[line.productID, default: 0] += line.quantity - line.picked - line.unavailable
        }
        return units
    }

    /// Units of a product that orders wait for: of what the store has, so many are not to be had any more.
    func promised(_ productID: String) -> UInt32 { promised[productID] ?? 0 }

    /// The order that a customer means by a pickup code; nil: there is none.
    /// - Parameter code: as codes are written, see `normalizedPickupCode`
    func order(pickupCode code: String) -> String? { codes[code] }

    /// What hangs above the depot.
    var board: Board {
        let shown = entries.values.filter { $0.ticket != 0 }
        let preparing = shown.filter { $0.state == .placed || $0.state == .approved }
            .map { Board.Ticket(ticket: $0.ticket, since: $0.placedUnixMs) }
        let ready = shown.filter { $0.state == .ready }
            .map { Board.Ticket(ticket: $0.ticket, since: $0.readyUnixMs) }
        return Board(preparing: preparing, ready: ready)
    }
}

/// Which orders are being fetched, and which can be collected: ticket numbers, and nothing that is a secret.
struct Board: Hashable, Sendable {
    struct Ticket: Hashable, Sendable {
        var ticket: UInt32
        /// Since when, Unix time in milliseconds.
        var since: Int64
    }

    /// More would not be readable from ten metres, and those that wait longest have been called often enough.
    static let limit = 60

    /// Longest first.
    var preparing: [Ticket] = []
    /// Newest first.
    var ready: [Ticket] = []

    init(preparing: [Ticket] = [], ready: [Ticket] = []) {
        self.preparing = Array(
            preparing.sorted { ($0.since, $0.ticket) < ($1.since, $1.ticket) }.suffix(Self.limit))
        self.ready = Array(ready.sorted { ($0.since, $0.ticket) > ($1.since, $1.ticket) }.prefix(Self.limit))
    }
}
