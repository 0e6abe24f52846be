/// A token bucket: so much a second, and so much at once after a rest. Pure: the time is an input, and may stand still.
struct TokenBucket: Sendable, Hashable {
    let perSecond: Double
    let capacity: Double
    private var level: Double
    private var filled: ContinuousClock.Instant

    /// Full at first.
    init(perSecond: Double, capacity: Double, now: ContinuousClock.Instant) {
        self.perSecond = perSecond
        self.capacity = capacity
        level = capacity
        filled = now
    }

    /// Takes one token, on credit if there is none. Returns how long until the debt is paid; zero: there is none.
    mutating func take(at now: ContinuousClock.Instant) -> Duration {
        fill(at: now)
        level -= 1
        return level >= 0 ? .zero : .seconds(-level / perSecond)
    }

    /// Whether at least half of it is there.
    mutating func isRested(at now: ContinuousClock.Instant) -> Bool {
        fill(at: now)
        return level >= capacity / 2
    }

    private mutating func fill(at now: ContinuousClock.Instant) {
        guard now > filled else { return }
        level = min(capacity, level + (now - filled) / .seconds(1) * perSecond)
        filled = now
    }
}
