import Messages
import Testing
import Wire

@testable import BotGateway

@Suite struct AdmissionTests {
    private static func limits(sessions: Int = 4, hellos: Int = 2) -> GatewayLimits {
        var limits = GatewayLimits()
        limits.maxSessions = sessions
        limits.maxHellosInFlight = hellos
        return limits
    }

    @Test(
        arguments: [
            // live, opening, takes over, what it is refused for
            (0, 0, false, nil),
            (3, 0, false, nil),
            (4, 0, false, "4 sessions"),
            (4, 0, true, nil),
            (3, 1, false, "4 sessions"),
            (3, 1, true, nil),
            (0, 2, false, "2 robots are being let in"),
            (0, 2, true, "2 robots are being let in"),
        ] as [(Int, Int, Bool, String?)])
    func whoIsLetIn(live: Int, opening: Int, takesOver: Bool, why: String?) {
        var admission = Admission(Self.limits())
        for _ in 0..<opening { #expect(admission.admit(takesOver: true, live: live) == nil) }
        let refusal = admission.admit(takesOver: takesOver, live: live)
        #expect(refusal?.code == (why == nil ? nil : .resourceExhausted))
        #expect(admission.refused == (why == nil ? 0 : 1))
        #expect(admission.opening == opening + (why == nil ? 1 : 0))
        guard let refusal, let why else { return }
        #expect(refusal.message.contains(why))
        #expect(refusal.retryAfter.map { $0 >= .seconds(1) && $0 <= .seconds(45) } == true)
    }

    @Test func anAnswerMakesRoom() {
        var admission = Admission(Self.limits(hellos: 1))
        #expect(admission.admit(takesOver: false, live: 0) == nil)
        #expect(admission.admit(takesOver: false, live: 0) != nil)
        admission.answered()
        #expect(admission.admit(takesOver: false, live: 1) == nil)
    }

    @Test func thoseWhoAreRefusedComeBackSpreadOut() {
        var admission = Admission(Self.limits(hellos: 0))
        var bySecond: [Int64: Int] = [:]
        for _ in 0..<3_000 {
            let delay = admission.admit(takesOver: false, live: 0)?.retryAfter ?? .zero
            bySecond[delay.components.seconds, default: 0] += 1
        }
        // Three seconds, a thousand in each.
        #expect(bySecond.keys.sorted() == [1, 2, 3])
        #expect(bySecond.values.allSatisfy { (950...1_050).contains($0) })
    }

    // MARK: Rates

    private static let start = ContinuousClock.now

    @Test func aBucketGivesItsRateAndItsBurst() {
        var bucket = TokenBucket(perSecond: 10, capacity: 5, now: Self.start)
        for _ in 0..<5 { #expect(bucket.take(at: Self.start) == .zero) }
        #expect(bucket.take(at: Self.start) == .milliseconds(100))
        #expect(bucket.take(at: Self.start) == .milliseconds(200))
        // The debt is paid, and one more is there.
        #expect(bucket.take(at: Self.start + .milliseconds(300)) == .zero)
        // A clock that goes back gives nothing.
        #expect(bucket.take(at: Self.start) > .zero)
        // A long rest gives no more than the burst.
        let isRested = bucket.isRested(at: Self.start + .seconds(100))
        #expect(isRested)
        for _ in 0..<5 { #expect(bucket.take(at: Self.start + .seconds(100)) == .zero) }
        let isStillRested = bucket.isRested(at: Self.start + .seconds(100))
        #expect(!isStillRested)
        #expect(bucket.take(at: Self.start + .seconds(100)) > .zero)
    }

    private static func meter(rate: Double, burst: Double = 1, patience: Duration = .seconds(10)) -> MessageMeter? {
        var limits = GatewayLimits()
        limits.messagesPerSecond = rate
        limits.messageBurstSeconds = burst
        limits.messagePatience = patience
        return MessageMeter(limits, now: start)
    }

    /// A robot that always has something to say, and is read from as the meter says.
    private static func pour(_ meter: inout MessageMeter, for time: Duration) -> (
        reports: Int, ended: Duration?, status: WireStatus?
    ) {
        var now = start
        var reports = 0
        while now < start + time {
            reports += 1
            switch meter.count(at: now) {
            case .goOn: break
            case .hold(let until): now = until
            case .end(let status): return (reports, now - start, status)
            }
        }
        return (reports, nil, nil)
    }

    @Test func aRobotThatPoursIsHeldToItsRateAndSentAwayInTheEnd() throws {
        var meter = try #require(Self.meter(rate: 100, burst: 2))
        let (reports, ended, status) = Self.pour(&meter, for: .seconds(60))
        // Two seconds' worth at once, and then ten seconds at its rate.
        #expect((1_150...1_250).contains(reports))
        #expect(ended.map { $0 >= .seconds(10) && $0 < .seconds(11) } == true)
        #expect(status?.code == .resourceExhausted && status?.retryAfter == .seconds(2))
        #expect(status?.message.contains("100 messages a second") == true)
    }

    @Test func aBacklogGoesThroughSlowlyAndInPeace() throws {
        var meter = try #require(Self.meter(rate: 100, patience: .seconds(300)))
        let (reports, ended, _) = Self.pour(&meter, for: .seconds(100))
        #expect(ended == nil)
        #expect((9_900...10_300).contains(reports))
    }

    @Test func aRestIsForgiven() throws {
        var meter = try #require(Self.meter(rate: 10))
        var now = Self.start
        // Nine seconds of haste, then one of rest, over and over: never ten without a rest.
        for _ in 0..<20 {
            let haste = now + .seconds(9)
            while now < haste {
                switch meter.count(at: now) {
                case .goOn: break
                case .hold(let until): now = until
                case .end: Issue.record("sent away")
                }
            }
            now += .seconds(1)
        }
    }

    @Test func zeroIsNoLimit() {
        #expect(Self.meter(rate: 0) == nil)
    }
}
