import Kernel

/// Slows down whoever tries passwords: by the name that is tried and by the address that tries.
///
/// A try counts as failed from its beginning until it is known to have succeeded, so that many at once gain nothing. It
/// is pure: the time is given in. What it knows is bounded, and forgotten at a restart.
struct SignInThrottle: Sendable {
    /// How many tries may fail in a row before each further one has to wait: a second, then twice as long each time.
    static let freeTries = (name: 5, address: 20)
    static let longestWait = Duration.seconds(300)
    /// Without a try for so long, failures are forgotten.
    static let memory = Duration.seconds(1800)
    /// Names, and addresses, that are kept.
    static let capacity = 4_096

    private var names = Tries(free: Self.freeTries.name)
    private var addresses = Tries(free: Self.freeTries.address)

    /// Begins a try.
    ///
    /// - Returns: how long to wait before the next; nil when it may be made now
    mutating func begin(name: String, address: String, now: Timestamp) -> Duration? {
        let waits = [names.wait(name, now: now), addresses.wait(address, now: now)]
        if let wait = waits.compactMap({ $0 }).max() { return wait }
        names.add(name, now: now)
        addresses.add(address, now: now)
        return nil
    }

    /// The name's failures are forgotten; the address's are not, or whoever has a user of their own could try others'.
    mutating func succeeded(name: String, address: String) {
        names.forget(name)
        addresses.takeBack(address)
    }

    /// A try came to nothing: the password was not looked at.
    mutating func abandoned(name: String, address: String) {
        names.takeBack(name)
        addresses.takeBack(address)
    }

    /// How many names and addresses are known.
    var size: Int { names.count + addresses.count }

    /// The failures in a row of each of some keys.
    private struct Tries: Sendable {
        struct Row: Sendable {
            var failures: Int
            var newest: Timestamp
        }

        let free: Int
        private var rows: [String: Row] = [:]

        init(free: Int) {
            self.free = free
        }

        var count: Int { rows.count }

        func wait(_ key: String, now: Timestamp) -> Duration? {
            guard let row = rows[key], row.failures >= free else { return nil }
            // 2^9 seconds are longer than the longest wait.
            let pause = min(Duration.seconds(1 << min(row.failures - free, 9)), SignInThrottle.longestWait)
            // A clock that was set back must not make the wait longer than it is.
            let left = min(row.newest + pause - now, pause)
            return left > .zero ? left : nil
        }

        mutating func add(_ key: String, now: Timestamp) {
            var row = rows[key] ?? Row(failures: 0, newest: now)
            if now - row.newest > SignInThrottle.memory { row.failures = 0 }
            row.failures += 1
            row.newest = now
            if rows[key] == nil, rows.count >= SignInThrottle.capacity { makeRoom(now) }
            rows[key] = row
        }

        private mutating func makeRoom(_ now: Timestamp) {
            rows = rows.filter { now - $0.value.newest <= SignInThrottle.memory }
            guard rows.count >= SignInThrottle.capacity else { return }
            // Some at once, so that this is seldom done.
            let oldest = rows.sorted { ($0.value.newest, $0.key) < ($1.value.newest, $1.key) }
            for row in oldest.prefix(SignInThrottle.capacity / 8) { rows[row.key] = nil }
        }

        mutating func forget(_ key: String) {
            rows[key] = nil
        }

        mutating func takeBack(_ key: String) {
            guard let row = rows[key] else { return }
            rows[key]?.failures = max(0, row.failures - 1)
        }
    }
}
