import Testing

@testable import LoadTest

@Suite struct ReportBookTests {
    // One report each 100 ns.
    private let cadence = Cadence(first: 0, period: 100_000)
    private var tally = LoadTally()

    private func book(inFlight: Int = 4) -> ReportBook { ReportBook(cadence: cadence, inFlight: inFlight) }

    @Test mutating func reportsAreSentWhenDueAndCountFromThen() {
        var book = book()
        #expect(book.next(by: 1_000_000) == nil, "there is no session yet")
        #expect(book.begin(lastReport: 0, now: 0, &tally))
        #expect(book.next(by: -1) == nil)
        #expect(book.next(by: 0) == 1)
        book.didSend(1, now: 30_000, &tally)
        #expect(book.next(by: 99_999) == nil)
        #expect(book.next(by: 100_000) == 2)
        #expect(book.acknowledge(through: 1, now: 90_000, &tally))
        #expect(tally.reportsSent == 1 && tally.reportsAcknowledged == 1)
        #expect(tally.reportLatency.maximum == 90)
        #expect(tally.reportLatencySinceSent.maximum == 60)
    }

    @Test mutating func aFullWindowHidesNothing() {
        var book = book(inFlight: 1)
        #expect(book.begin(lastReport: 0, now: 0, &tally))
        book.didSend(1, now: 0, &tally)
        // The server stalls for a millisecond, in which ten more are due.
        #expect(book.next(by: 1_000_000) == nil)
        for report in 1...10 as ClosedRange<UInt64> {
            #expect(book.acknowledge(through: report, now: 1_000_000, &tally))
            #expect(book.next(by: 1_000_000) == report + 1)
            book.didSend(report + 1, now: 1_000_000, &tally)
        }
        // One waited long as a sender sees it, who waits; as things were due, all of them did.
        #expect(tally.reportLatencySinceSent.count(atOrBelow: 0) == 9)
        #expect(tally.reportLatency.count(atOrBelow: 99) == 0)
        #expect(tally.reportLatency.percentile(50) == 500)
    }

    @Test mutating func whatWasNotAcknowledgedIsSentAgain() {
        var book = book()
        #expect(book.begin(lastReport: 0, now: 0, &tally))
        for report in 1...4 as ClosedRange<UInt64> { book.didSend(report, now: 0, &tally) }
        #expect(book.acknowledge(through: 1, now: 10_000, &tally))
        book.end()
        #expect(book.next(by: .max) == nil)
        // Its acknowledgement was lost, but it is on disk.
        #expect(book.begin(lastReport: 2, now: 300_000, &tally))
        #expect(book.acknowledged == 2 && tally.reportsAcknowledged == 2)
        #expect(book.next(by: 1_000_000) == 3)
        book.didSend(3, now: 300_000, &tally)
        book.didSend(4, now: 300_000, &tally)
        book.didSend(5, now: 400_000, &tally)
        #expect(tally.reportsSent == 5 && tally.reportsResent == 2)
        #expect(book.acknowledge(through: 5, now: 500_000, &tally))
        #expect(tally.reportsAcknowledged == 5)
        #expect(tally.reportLatency.count == 5)
    }

    @Test mutating func aGatewayThatSaysWhatCannotBeIsFoundOut() {
        var book = book()
        #expect(!book.begin(lastReport: 1, now: 0, &tally), "a report that was never sent")
        #expect(book.begin(lastReport: 0, now: 0, &tally))
        book.didSend(1, now: 0, &tally)
        #expect(!book.acknowledge(through: 2, now: 0, &tally))
        #expect(book.acknowledge(through: 1, now: 0, &tally))
        // Again, and older, is nothing new.
        #expect(book.acknowledge(through: 1, now: 0, &tally) && book.acknowledge(through: 0, now: 0, &tally))
        #expect(tally.reportsAcknowledged == 1)
        book.end()
        #expect(!book.begin(lastReport: 0, now: 0, &tally), "a report that was acknowledged and is forgotten")
    }

    @Test mutating func whatHasNoAnswerAtTheEndCountsWithWhatItHasWaited() {
        var book = book()
        #expect(book.begin(lastReport: 0, now: 0, &tally))
        book.didSend(1, now: 0, &tally)
        book.didSend(2, now: 100_000, &tally)
        #expect(book.acknowledge(through: 1, now: 50_000, &tally))
        // Due by then: 1 to 5, of which the last three were never sent.
        #expect(book.unanswered(by: 400_000) == 4)
        book.giveUp(by: 400_000, now: 1_000_000, &tally)
        #expect(tally.reportsUnanswered == 4)
        #expect(tally.reportLatency.count == 5)
        #expect(tally.reportLatency.maximum == 900)
        #expect(book.unanswered(by: -1) == 0)
    }

    /// Whatever the network does, in whatever order, each report is counted once and none before it was sent.
    @Test(arguments: 1...50 as ClosedRange<UInt64>) func anyOrderOfEventsKeepsTheBooksStraight(seed: UInt64) {
        var dice = HistogramTests.Dice(state: seed)
        var book = book(inFlight: Int.random(in: 1...8, using: &dice))
        var tally = LoadTally()
        var (now, onDisk, live): (Int64, UInt64, Bool) = (0, 0, false)
        for _ in 0..<2_000 {
            now += Int64.random(in: 0...80_000, using: &dice)
            switch Int.random(in: 0..<10, using: &dice) {
            case 0 where live:
                book.end()
                live = false
            case _ where !live:
                #expect(book.begin(lastReport: onDisk, now: now, &tally))
                live = true
            case 1...5:
                guard let report = book.next(by: now) else { continue }
                #expect(cadence.due(report) <= now)
                book.didSend(report, now: now, &tally)
                onDisk = max(onDisk, report)
            default:
                #expect(book.acknowledge(through: UInt64.random(in: 0...onDisk, using: &dice), now: now, &tally))
            }
        }
        #expect(tally.reportsSent == onDisk)
        #expect(tally.reportsAcknowledged == book.acknowledged && book.acknowledged <= onDisk)
        #expect(tally.reportLatency.count == tally.reportsAcknowledged)
        book.giveUp(by: now, now: now, &tally)
        #expect(tally.reportLatency.count == cadence.count(by: now))
    }
}
