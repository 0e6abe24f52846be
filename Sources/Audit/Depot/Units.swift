import Messages

/// Units of products, by store and product.
struct Units: Hashable, Sendable {
    struct Line: Hashable, Sendable {
        var storeID: String
        var productID: String
    }

    // Without zeros.
    private(set) var lines: [Line: UInt64] = [:]

    init() {}

    init(_ stops: [TypesV1.Stop]) {
        for stop in stops {
            for item in stop.items {
                add(UInt64(item.quantity), of: Line(storeID: stop.storeID, productID: item.productID))
            }
        }
    }

    var isEmpty: Bool { lines.isEmpty }

    subscript(line: Line) -> UInt64 { lines[line] ?? 0 }

    mutating func add(_ quantity: UInt64, of line: Line) {
        if quantity > 0 { lines[line, default: 0] += quantity }
    }

    mutating func add(_ other: Units) {
        for (line, quantity) in other.lines { add(quantity, of: line) }
    }

    /// What is left; a line of which there is less than is taken has none left.
    func without(_ other: Units) -> Units {
        var rest = Units()
        for (line, quantity) in lines where quantity > other[line] { rest.lines[line] = quantity - other[line] }
        return rest
    }

    /// By product, whatever the store.
    var products: [String: UInt64] {
        lines.reduce(into: [:]) { $0[$1.key.productID, default: 0] += $1.value }
    }
}

extension Units: CustomStringConvertible {
    var description: String {
        if lines.isEmpty { return "nothing" }
        return lines.map { "\($0.value) of \($0.key.productID) from \($0.key.storeID)" }.sorted().joined(
            separator: ", ")
    }
}
