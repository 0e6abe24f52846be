import Kernel
import Messages

/// Reads Stores' log as an outsider: prices that were ever asked, and stock, which is what was set, less what was taken, and what came back.
final class StoresHistory {
    private struct Shelf {
        var storeID: String
        var stock: UInt32
        /// The least that it has had since Depot last changed it.
        var least: UInt32
        /// The place in Depot's log up to which its events are accounted for.
        var seen: UInt64
    }

    var fail: (String) -> Void = { _ in }
    // Set by the auditor.
    var depot = DepotHistory()
    private var shelves: [String: Shelf] = [:]
    /// All that a product ever cost, also of one that was sold before under the same name.
    private var prices: [String: Set<Int64>] = [:]

    private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { fail(what()) }
    }

    func hasAsked(_ price: Int64, for product: String) -> Bool {
        prices[product]?.contains(price) ?? false
    }

    func take(_ event: StoresV1.Event, _ recorded: RecordedEvent) {
        switch event.kind {
        case .productAdded(let event):
            guard let product = event.product else { return fail("an empty product") }
            require(shelves[product.productID] == nil, "\(product.productID) is added twice")
            shelves[product.productID] = Shelf(
                storeID: product.storeID, stock: product.stock, least: product.stock, seen: depot.stock.count)
            prices[product.productID, default: []].insert(product.price?.minorUnits ?? 0)
        case .productRemoved(let event): shelves[event.productID] = nil
        case .priceChanged(let event): prices[event.productID, default: []].insert(event.price?.minorUnits ?? 0)
        case .stockChanged(let event): change(event, recorded.cause)
        case nil: fail("an event of no kind at position \(recorded.position) of Stores' log")
        default: break
        }
    }

    private func change(_ event: StoresV1.StockChanged, _ cause: Cause?) {
        let id = event.productID
        guard var shelf = shelves[id] else { return fail("\(id) has stock and is not sold") }
        if case .event("depot", let position) = cause {
            account(&shelf, id, before: position)
            guard let change = depot.stock.change(at: position, of: id, in: shelf.storeID) else {
                return fail("\(id): nothing was taken or brought at position \(position) of Depot's log")
            }
            let expected = change.applied(to: shelf.stock)
            require(event.stock == expected, "\(id): \(shelf.stock) become \(event.stock), not \(expected)")
            shelf.seen = position
            shelf.least = event.stock
        } else {
            require(event.reason == .set, "\(id): stock changes without a cause")
            shelf.least = min(shelf.least, event.stock)
        }
        shelf.stock = event.stock
        shelves[id] = shelf
    }

    /// What Depot did that changed nothing here may do so: there was nothing to take.
    private func account(_ shelf: inout Shelf, _ id: String, before position: UInt64) {
        for change in depot.stock.changes(after: shelf.seen, before: position, of: id, in: shelf.storeID) {
            require(change.units >= 0 && shelf.least == 0, "\(id): \(change) is not in the stock")
        }
    }

    /// At the end everything that Depot did is in the stock.
    func checkEnd() {
        for id in shelves.keys.sorted() {
            guard var shelf = shelves[id] else { continue }
            account(&shelf, id, before: .max)
        }
    }
}
