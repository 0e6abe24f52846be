import HeapModule

/// Names with a time each, of which the earliest is at hand.
///
/// Setting and removing cost the logarithm of their number; asking for the earliest costs nothing.
public struct Deadlines: Sendable {
    private struct Entry: Comparable {
        var time: Int64
        var name: String

        static func < (one: Entry, other: Entry) -> Bool { (one.time, one.name) < (other.time, other.name) }
    }

    private var times: [String: Int64] = [:]
    /// Its least entry is one that counts; others may have been set anew or removed since.
    private var heap = Heap<Entry>()

    public init() {}

    public var isEmpty: Bool { times.isEmpty }
    public var count: Int { times.count }
    /// In no order that means anything, but the same for the same names.
    public var names: [String] { times.keys.sorted() }

    /// The earliest time; nil when there is none.
    public var earliest: Int64? { heap.min?.time }

    /// The names whose times are no later than this, the earliest first.
    public func upTo(_ time: Int64) -> [String] {
        guard let earliest, earliest <= time else { return [] }
        return times.filter { $0.value <= time }.map { Entry(time: $0.value, name: $0.key) }.sorted().map(\.name)
    }

    public mutating func set(_ name: String, at time: Int64) {
        if times[name] == time { return }
        times[name] = time
        heap.insert(Entry(time: time, name: name))
        dropOld()
    }

    public mutating func remove(_ name: String) {
        if times.removeValue(forKey: name) != nil { dropOld() }
    }

    private mutating func dropOld() {
        if heap.count > 2 * times.count + 32 {
            heap = Heap(times.map { Entry(time: $0.value, name: $0.key) })
            return
        }
        while let least = heap.min, times[least.name] != least.time { heap.removeMin() }
    }
}
