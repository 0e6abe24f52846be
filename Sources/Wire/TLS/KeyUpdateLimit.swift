/// How often a peer may change its keys: at most `limit` times in a minute. OpenSSL itself sets no limit.
struct KeyUpdateLimit {
    let limit: Int
    private var windowStart: UInt64?
    private var count = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Notes one key update.
    ///
    /// - Parameter now: the time in nanoseconds of any clock that does not go back
    /// - Returns: whether it is still within the limit
    mutating func note(at now: UInt64) -> Bool {
        if let start = windowStart, now &- start < 60_000_000_000 {
            count += 1
        } else {
            windowStart = now
            count = 1
        }
        return count <= limit
    }
}
