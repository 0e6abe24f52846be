import Testing

@testable import Kernel

@Suite struct RetryTests {
    private let now = Timestamp(unixMs: 1_000_000)

    @Test func itWaits() {
        let retry = Retry(after: .seconds(1), now: now)
        #expect(!retry.isDue(now))
        #expect(!retry.isDue(now + .milliseconds(999)))
        #expect(retry.isDue(now + .seconds(1)))
        #expect(retry.time(now) == now + .seconds(1))
    }

    @Test func aClockThatIsSetBackMakesNobodyWaitLonger() {
        let retry = Retry(after: .seconds(1), now: now)
        let earlier = now - .seconds(3_600)
        #expect(retry.isDue(earlier))
        #expect(retry.time(earlier) == earlier + .seconds(1))
    }
}
