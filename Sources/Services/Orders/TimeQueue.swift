/// Ids with a time each, which come in rising order; so a queue is enough.
struct TimeQueue: Sendable {
    private var current: [String: Int64] = [:]
    private var queue: [(id: String, unixMs: Int64)] = []
    private var first = 0

    /// The oldest time of an id that is still in it.
    var oldest: Int64? { first < queue.count ? queue[first].unixMs : nil }

    /// An id's time is this from now on; nil: it is in it no more.
    mutating func note(_ id: String, _ unixMs: Int64?) {
        guard current[id] != unixMs else { return }
        current[id] = unixMs
        if let unixMs { queue.append((id, unixMs)) }
        while first < queue.count, current[queue[first].id] != queue[first].unixMs { first += 1 }
        if first > 1_024, first > queue.count / 2 {
            queue.removeFirst(first)
            first = 0
        }
    }

    /// The ids whose times are no later than this, the oldest first.
    func ids(notAfter unixMs: Int64) -> [String] {
        queue[first...].prefix { $0.unixMs <= unixMs }.filter { current[$0.id] == $0.unixMs }.map(\.id)
    }
}
