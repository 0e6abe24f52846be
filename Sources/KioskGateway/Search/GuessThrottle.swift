import OrderedCollections

/// How often each client may try a pickup code that no order has.
///
/// Every try takes a token; a right one gives it back. Tokens come back by themselves, one at a time. So a customer who
/// mistypes notices nothing, and who guesses at 729 million codes gets nowhere. Pure: the time is given.
struct GuessThrottle: Sendable {
    /// Wrong tries in a row.
    static let burst = 10
    /// The time in which one more is earned.
    static let interval = Duration.seconds(6)
    /// Clients remembered; beyond, those that have not tried for longest are forgotten.
    static let maxClients = 10_000

    /// When each client will have all its tokens again, by its address; least lately changed first.
    private var full: OrderedDictionary<String, Duration> = [:]

    /// Takes a token.
    /// - Parameter now: the time since any fixed moment
    /// - Returns: nil, or how long to wait because there is none
    mutating func take(_ client: String, now: Duration) -> Duration? {
        let debt = max(.zero, (full[client] ?? .zero) - now)
        let allowed = Self.interval * (Self.burst - 1)
        guard debt <= allowed else { return debt - allowed }
        full.removeValue(forKey: client)
        full[client] = now + debt + Self.interval
        if full.count > Self.maxClients { full.removeFirst() }
        return nil
    }

    /// Gives a token back, for a try that was right.
    mutating func giveBack(_ client: String, now: Duration) {
        guard let time = full[client] else { return }
        let left = time - Self.interval
        if left > now { full[client] = left } else { full.removeValue(forKey: client) }
    }
}
