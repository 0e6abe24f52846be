import Testing

@testable import Kernel

@Suite struct CommitPaceTests {
    private let start = ContinuousClock.now

    @Test func whoComesAloneDoesNotWait() {
        var pace = CommitPace(interval: .milliseconds(2))
        #expect(pace.delay(at: start) == nil)
        pace.committed(1, began: start)
        #expect(pace.delay(at: start + .microseconds(300)) == nil)
        // Nor does a batch that wrote nothing.
        pace.committed(0, began: start)
        #expect(pace.delay(at: start + .microseconds(300)) == nil)
    }

    @Test func severalMakeTheNextOnesGather() {
        var pace = CommitPace(interval: .milliseconds(2))
        pace.committed(2, began: start)
        #expect(pace.delay(at: start + .microseconds(300)) == .microseconds(1_700))
        #expect(pace.delay(at: start + .milliseconds(2)) == nil)
        #expect(pace.delay(at: start + .seconds(1)) == nil)
        pace.committed(1, began: start + .milliseconds(2))
        #expect(pace.delay(at: start + .milliseconds(2)) == nil)
    }

    @Test func aPaceMayBeLeftOut() {
        var pace = CommitPace(interval: .zero)
        pace.committed(100, began: start)
        #expect(pace.delay(at: start) == nil)
    }
}
