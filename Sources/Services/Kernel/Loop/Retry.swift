/// When something that failed is tried again: by the clock as it is now, and not by the log's time, which stands still for as long
/// as the clock was set back.
struct Retry: Hashable {
    private let at: Timestamp
    private let wait: Duration

    init(after wait: Duration, now: Timestamp) {
        at = now + wait
        self.wait = wait
    }

    /// Also when the clock was set back meanwhile: nobody waits for longer than was meant.
    func isDue(_ now: Timestamp) -> Bool { now >= at || at > now + wait }

    /// No later than this.
    func time(_ now: Timestamp) -> Timestamp { min(at, now + wait) }
}
