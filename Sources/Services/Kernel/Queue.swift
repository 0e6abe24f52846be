/// Names in the order in which they came, from which any can be taken out at once.
///
/// Adding, removing and asking are constant in time (on average); going through it is in the order of arrival.
public struct Queue: Sendable {
    private var entries: [String?] = []
    private var positions: [String: Int] = [:]

    public init(_ names: [String] = []) {
        for name in names { add(name) }
    }

    public var isEmpty: Bool { positions.isEmpty }
    public var count: Int { positions.count }

    public func contains(_ name: String) -> Bool { positions[name] != nil }

    /// Puts a name at the end; one that is there already keeps its place.
    public mutating func add(_ name: String) {
        if positions[name] != nil { return }
        positions[name] = entries.count
        entries.append(name)
    }

    public mutating func remove(_ name: String) {
        guard let position = positions.removeValue(forKey: name) else { return }
        entries[position] = nil
        // Closed up when more than half is holes, so that this costs no more than the removals before it.
        if entries.count > 32, positions.count * 2 < entries.count { closeUp() }
    }

    /// Has the name in it, or not.
    public mutating func keep(_ name: String, _ isIn: Bool) {
        if isIn { add(name) } else { remove(name) }
    }

    /// The names, first come first.
    public var names: some Sequence<String> { entries.lazy.compactMap { $0 } }

    private mutating func closeUp() {
        entries = entries.filter { $0 != nil }
        for (position, name) in entries.enumerated() {
            if let name { positions[name] = position }
        }
    }
}
