import Messages

/// What Depot's log says about the stores' stock: units taken from a shelf and brought back to it, and shelves found empty.
struct StockLedger {
    struct Change: Hashable {
        let position: UInt64
        /// Taken; negative: brought back. `Int64.max`: the shelf was found empty.
        let units: Int64

        func applied(to stock: UInt32) -> UInt32 { UInt32(max(0, Int64(stock) - units)) }
    }

    private var changes: [String: [Change]] = [:]
    /// The log's last position.
    private(set) var count: UInt64 = 0

    mutating func take(_ event: DepotV1.Event.Kind, at position: UInt64) {
        count = position
        switch event {
        case .itemPicked(let event): add(event.productID, event.storeID, Int64(event.quantity))
        case .itemUnavailable(let event) where event.reason == .outOfStock: add(event.productID, event.storeID, .max)
        case .taskCanceled(let event): bring(event.returned)
        case .taskRequeued(let event): bring(event.returned)
        default: break
        }
    }

    private mutating func bring(_ stops: [TypesV1.Stop]) {
        for stop in stops {
            for item in stop.items { add(item.productID, stop.storeID, -Int64(item.quantity)) }
        }
    }

    private mutating func add(_ product: String, _ store: String, _ units: Int64) {
        if units == 0 { return }
        var all = changes["\(store) \(product)", default: []]
        // Several of one event count as one.
        if let last = all.last, last.position == count {
            all[all.count - 1] = Change(position: count, units: last.units + units)
        } else {
            all.append(Change(position: count, units: units))
        }
        changes["\(store) \(product)"] = all
    }

    func change(at position: UInt64, of product: String, in store: String) -> Change? {
        changes["\(store) \(product)"]?.first { $0.position == position }
    }

    func changes(after: UInt64, before: UInt64, of product: String, in store: String) -> [Change] {
        (changes["\(store) \(product)"] ?? []).filter { $0.position > after && $0.position < before }
    }
}
