/// When one robot is due: first at `first`, then each `period`. All times in nanoseconds from the same beginning.
///
/// Nothing that the server does, or fails to do, changes when something is due. That is what latencies count from, so a
/// server that stalls is charged for all that would have come meanwhile ("coordinated omission", Gil Tene).
public struct Cadence: Hashable, Sendable {
    public var first: Int64
    public var period: Int64

    /// When number `number`, from 1, is due.
    public func due(_ number: UInt64) -> Int64 {
        let (product, overflow) = period.multipliedReportingOverflow(by: Int64(clamping: number) - 1)
        let (sum, overflow2) = first.addingReportingOverflow(product)
        return overflow || overflow2 ? .max : sum
    }

    /// How many are due by `time`, the one that is due right then included.
    public func count(by time: Int64) -> UInt64 {
        time < first ? 0 : UInt64((time - first) / period) + 1
    }
}

/// Whose turn is next among robots of one period, in the order in which they are first due.
public struct Rota: Hashable, Sendable {
    /// One robot's place.
    public struct Seat: Hashable, Sendable {
        public var robot: Int
        public var cadence: Cadence

        public init(robot: Int, cadence: Cadence) {
            self.robot = robot
            self.cadence = cadence
        }
    }

    private let seats: [Seat]
    private var next = 0
    private var round: UInt64 = 1

    /// - Parameter seats: whose cadences all have the same period, and begin within it.
    public init(_ seats: [Seat]) {
        self.seats = seats.sorted { ($0.cadence.first, $0.robot) < ($1.cadence.first, $1.robot) }
    }

    /// When the next turn is; nil: there is nobody.
    public var due: Int64? { seats.isEmpty ? nil : seats[next].cadence.due(round) }

    /// Takes the next turn if it is due by `time`.
    public mutating func take(by time: Int64) -> (robot: Int, due: Int64)? {
        guard let due, due <= time else { return nil }
        let robot = seats[next].robot
        next += 1
        if next == seats.count {
            next = 0
            round += 1
        }
        return (robot, due)
    }
}
