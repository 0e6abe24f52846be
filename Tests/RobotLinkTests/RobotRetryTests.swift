import Messages
import Testing
import Wire

@testable import RobotLink

@Suite struct RobotRetryTests {
    @Test(
        arguments: [
            (.ok, false), (.unavailable, false), (.resourceExhausted, false), (.aborted, false),
            (.deadlineExceeded, false), (.cancelled, false), (.unknown, false), (.internal, false),
            (.permissionDenied, true), (.unauthenticated, true), (.failedPrecondition, true), (.invalidArgument, true),
        ] as [(WireV1.Code, Bool)])
    func whatDoesNotMendItselfIsNotTriedAgain(code: WireV1.Code, isRefusal: Bool) {
        let refusal = RobotRefusal(WireStatus(code, "why"))
        #expect((refusal != nil) == isRefusal)
        if let refusal { #expect("\(refusal)".contains("why")) }
    }

    @Test(
        arguments: [
            // status, attempt, at random, seconds
            (WireStatus(.unavailable, ""), 1, 0, 0.25),
            (WireStatus(.unavailable, ""), 1, 1, 0.3),
            (WireStatus(.unavailable, ""), 100, 0, 30),
            (WireStatus(.resourceExhausted, ""), 2, 0, 0.4),
            (WireStatus(.resourceExhausted, "", retryAfter: .seconds(10)), 1, 0, 10),
            (WireStatus(.resourceExhausted, "", retryAfter: .seconds(10)), 1, -1, 12),
            (WireStatus(.resourceExhausted, "", retryAfter: .seconds(1)), 100, 0, 30),
            (WireStatus(.aborted, "another"), 1, 0, 30),
            (WireStatus(.aborted, "another"), 1, -1, 24),
        ] as [(WireStatus, Int, Double, Double)])
    func howLongItWaits(status: WireStatus, attempt: Int, random: Double, seconds: Double) {
        let delay = WireBackoff.robots.delay(after: status, attempt: attempt, random: random)
        #expect(abs(delay / .seconds(1) - seconds) < 0.001, "\(delay)")
    }
}
