import Testing

@testable import KioskGateway

/// `#expect` takes no mutating call.
private final class Throttle {
    private var value = GuessThrottle()

    func take(_ client: String, now: Duration) -> Duration? { value.take(client, now: now) }
    func giveBack(_ client: String, now: Duration) { value.giveBack(client, now: now) }
}

struct GuessThrottleTests {
    @Test func tenWrongTriesAndThenOneEverySixSeconds() {
        let throttle = Throttle()
        for _ in 1...10 { #expect(throttle.take("a", now: .zero) == nil) }
        #expect(throttle.take("a", now: .zero) == .seconds(6))
        #expect(throttle.take("a", now: .seconds(5)) == .seconds(1))
        #expect(throttle.take("a", now: .seconds(6)) == nil)
        #expect(throttle.take("a", now: .seconds(6)) == .seconds(6))
        #expect(throttle.take("b", now: .seconds(6)) == nil, "others are not concerned")
        for _ in 1...10 { #expect(throttle.take("a", now: .seconds(1_000)) == nil) }
    }

    @Test func whatIsRightCostsNothing() {
        let throttle = Throttle()
        for _ in 1...100 {
            #expect(throttle.take("a", now: .zero) == nil)
            throttle.giveBack("a", now: .zero)
        }
        for _ in 1...10 { #expect(throttle.take("a", now: .zero) == nil) }
        #expect(throttle.take("a", now: .zero) != nil)
    }

    @Test func manyClientsTakeNoMoreRoom() {
        let throttle = Throttle()
        for number in 0...GuessThrottle.maxClients {
            for _ in 1...10 { #expect(throttle.take("\(number)", now: .zero) == nil) }
        }
        #expect(throttle.take("0", now: .zero) == nil, "the one not seen for longest is forgotten")
        #expect(throttle.take("\(GuessThrottle.maxClients)", now: .zero) != nil)
    }
}
