/// How much of a log may be archived: what everybody who starts again can do without. Pure.
public struct ArchivePlan: Hashable, Sendable {
    /// What is asked for.
    public enum Request: Hashable, Sendable {
        /// Everything before this position.
        case before(UInt64)
        /// Everything but the newest so many events.
        case keep(UInt64)
    }

    /// Somebody who starts from a place in the log.
    public struct Reader: Hashable, Sendable {
        /// For people: "the snapshot of depot", "orders".
        public var name: String
        /// The last event that it needs no more.
        public var position: UInt64

        public init(name: String, position: UInt64) {
            self.name = name
            self.position = position
        }
    }

    /// Everything up to this position may go; 0: nothing.
    public let through: UInt64
    /// Who keeps it from being as much as was asked for.
    public let heldBy: Reader?

    /// The log's last event always stays: positions and time go on from it.
    public init(_ request: Request, head: UInt64, readers: [Reader]) {
        let wanted =
            switch request {
            case .before(let position): position - min(position, 1)
            case .keep(let count): head - min(head, count)
            }
        let most = min(wanted, head - min(head, 1))
        let slowest = readers.min { $0.position < $1.position }
        through = min(most, slowest?.position ?? most)
        heldBy = slowest.flatMap { $0.position < most ? $0 : nil }
    }
}
