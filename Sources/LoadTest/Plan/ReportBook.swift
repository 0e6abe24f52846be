/// One robot's reports as a pure value: which is to be sent, which was acknowledged, and how long that took.
///
/// A report's number is all that there is of it: what it says and when it was due follow from the number, so nothing is
/// kept for those that wait, however many they are.
public struct ReportBook: Hashable, Sendable {
    public let cadence: Cadence
    /// When each of those on their way was sent, by number.
    private var sentAt: [Int64]
    /// The last that was sent in this session, or need not be.
    private var sent: UInt64 = 0
    /// The last that was ever sent.
    private var sentEver: UInt64 = 0
    /// The last that was acknowledged.
    public private(set) var acknowledged: UInt64 = 0
    private var isLive = false

    /// - Parameter inFlight: how many may be on their way.
    public init(cadence: Cadence, inFlight: Int) {
        self.cadence = cadence
        sentAt = Array(repeating: 0, count: max(1, inFlight))
    }

    /// A session has begun; the gateway has reports up to this one, and those above are sent again.
    ///
    /// - Returns: false if the gateway has forgotten what it acknowledged, or claims what was never sent.
    public mutating func begin(lastReport: UInt64, now: Int64, _ tally: inout LoadTally) -> Bool {
        guard lastReport >= acknowledged, acknowledge(through: lastReport, now: now, &tally) else { return false }
        sent = lastReport
        isLive = true
        return true
    }

    /// The session is over.
    public mutating func end() { isLive = false }

    /// The next report to be sent; nil: none is due by `time`, or too many are on their way.
    public func next(by time: Int64) -> UInt64? {
        guard isLive, sent - acknowledged < UInt64(sentAt.count), sent < cadence.count(by: time) else { return nil }
        return sent + 1
    }

    /// The report that `next` gave was sent.
    public mutating func didSend(_ report: UInt64, now: Int64, _ tally: inout LoadTally) {
        sent = report
        sentAt[Int(report % UInt64(sentAt.count))] = now
        if report > sentEver {
            sentEver = report
            tally.reportsSent += 1
        } else {
            tally.reportsResent += 1
        }
    }

    /// Reports up to this one are on the gateway's disk: how long each of them took is counted, from when it was due and
    /// from when it was sent.
    ///
    /// - Returns: false if it was never sent, which a gateway cannot rightly say.
    public mutating func acknowledge(through report: UInt64, now: Int64, _ tally: inout LoadTally) -> Bool {
        guard report <= sentEver else { return false }
        while acknowledged < report {
            acknowledged += 1
            tally.reportsAcknowledged += 1
            tally.reportLatency.record(nanoseconds: now - cadence.due(acknowledged))
            tally.reportLatencySinceSent.record(
                nanoseconds: now - sentAt[Int(acknowledged % UInt64(sentAt.count))])
        }
        return true
    }

    /// How many were due by `time` and are not acknowledged, sent or not.
    public func unanswered(by time: Int64) -> UInt64 {
        let due = cadence.count(by: time)
        return due > acknowledged ? due - acknowledged : 0
    }

    /// Counts those, each with as long as it has waited, which can only be less than it will have taken.
    public func giveUp(by time: Int64, now: Int64, _ tally: inout LoadTally) {
        for report in 0..<unanswered(by: time) {
            tally.reportsUnanswered += 1
            tally.reportLatency.record(nanoseconds: now - cadence.due(acknowledged + 1 + report))
        }
    }
}
