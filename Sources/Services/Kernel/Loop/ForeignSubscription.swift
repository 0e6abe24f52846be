/// A service's place in another service's log, and what it does with each event there.
struct ForeignSubscription<Core: ServiceCore> {
    let service: String
    let react: @Sendable (Core, RecordedEvent, Timestamp) throws -> [NewEvent<Core.Event>]

    /// The last event that took effect.
    var position: UInt64 = 0
    /// How many events took effect without the cursor being stored: they recorded nothing.
    var unstored = 0
    /// Not to be tried before, after an event that could not be taken in.
    var retry: Retry?
    var failures = 0
    /// The other log has lost events: nothing of it is taken in any more, even when it grows again.
    private(set) var damage: StorageError?

    var isBroken: Bool { damage != nil }

    /// Refuses a log that ends before the place that was reached in it: it has lost events, and its next ones would be
    /// taken for known ones. And one that begins after it: what lies between was archived unread.
    mutating func check(_ feed: EventFeed) throws(StorageError) {
        if position + 1 < feed.log.earliest {
            let error = feed.log.archived(after: position, wantedBy: Core.serviceName)
            damage = error
            throw error
        }
        let head = feed.head
        guard head < position else { return }
        let error = StorageError(
            .damaged,
            "the log of \(service) ends at position \(head), but \(Core.serviceName) has already acted on position "
                + "\(position): events were lost; restore the data directory from a backup")
        damage = error
        throw error
    }

    mutating func succeeded(at position: UInt64) {
        self.position = position
        unstored += 1
        retry = nil
        failures = 0
    }

    /// Waits 100 ms, then twice as long each time, up to half a minute.
    mutating func failed(at now: Timestamp) {
        if isBroken { return }
        retry = Retry(after: .milliseconds(100 << min(failures, 8)), now: now)
        failures += 1
    }
}
