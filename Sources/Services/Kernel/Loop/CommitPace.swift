/// Lets commits share flushes: under load the next batch waits until the last one's begin is an interval ago, so that more
/// gathers in it. Whoever comes alone does not wait.
///
/// A flush costs about as much for a thousand events as for one. Without a pace a loop under a steady load commits as
/// often as the disk allows, each time for the few events that came meanwhile, and spends most of its time on flushes.
struct CommitPace {
    let interval: Duration
    private var nextBegin: ContinuousClock.Instant?

    /// - Parameter interval: at least between the begins of two commits under load; zero: no pace.
    init(interval: Duration) {
        self.interval = interval
    }

    /// A batch has been committed that began at `began` and took `count` commands and foreign events. One that was alone
    /// says that its sender waits for the answer before it sends more: there is nothing to gather.
    mutating func committed(_ count: Int, began: ContinuousClock.Instant) {
        nextBegin = count > 1 && interval > .zero ? began + interval : nil
    }

    /// How long to wait before the next batch is taken; nil: not at all.
    func delay(at now: ContinuousClock.Instant) -> Duration? {
        guard let nextBegin, nextBegin > now else { return nil }
        return nextBegin - now
    }
}
