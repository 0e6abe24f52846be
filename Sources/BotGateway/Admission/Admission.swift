import Messages
import Wire

/// How many sessions there may be, and how many may be opened at once: a pure value.
///
/// Whoever is refused is told when to try again, each at another time, so that thousands that come at once do not come at
/// once again.
struct Admission: Sendable, Hashable {
    private let limits: GatewayLimits
    /// Hellos that were let in and have no answer yet.
    private(set) var opening = 0
    private(set) var refused = 0

    init(_ limits: GatewayLimits) {
        self.limits = limits
    }

    /// A Hello asks to be let in; nil: it is, and `answered` must follow.
    ///
    /// - Parameters:
    ///   - takesOver: there is a session of this robot, which ends: it makes them no more.
    ///   - live: how many sessions there are.
    mutating func admit(takesOver: Bool, live: Int) -> WireStatus? {
        if !takesOver, live + opening >= limits.maxSessions {
            return refuse(
                "the gateway has \(limits.maxSessions) sessions, as many as it may have", between: 15...45)
        }
        if opening >= limits.maxHellosInFlight {
            return refuse("\(opening) robots are being let in, as many as may be at once", between: 1...4)
        }
        opening += 1
        return nil
    }

    /// A Hello that was let in has its session, or cannot have one.
    mutating func answered() { opening -= 1 }

    private mutating func refuse(_ why: String, between seconds: ClosedRange<Double>) -> WireStatus {
        refused += 1
        // Multiples of the golden ratio, modulo 1, are spread evenly however many there are.
        let place = (Double(refused) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
        let delay = Duration.seconds(seconds.lowerBound + place * (seconds.upperBound - seconds.lowerBound))
        return WireStatus(.resourceExhausted, "\(why): come back later", retryAfter: delay)
    }
}
