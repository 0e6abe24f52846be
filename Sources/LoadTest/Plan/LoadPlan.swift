/// What a load test is to do: how many robots, doing what, how fast, how long. A value that the whole plan follows from.
public struct LoadPlan: Hashable, Sendable {
    public var profile: LoadProfile
    /// How many robots, each with a call of its own.
    public var streams: Int
    /// How many connections they share.
    public var connections: Int
    /// How often each robot does what its profile says, in a second.
    public var rate: Double
    /// How long is measured.
    public var duration: Duration
    /// Over how long the robots' first connections are spread.
    public var ramp: Duration
    /// How many reports of one robot may be on their way before it waits for an acknowledgement.
    public var inFlight = 16
    /// How robots that come and go open their connections.
    public var handshakes = Handshakes.both
    /// How long, after the ramp, connections may take that are late.
    public var patience = Duration.seconds(15)
    /// How long, at the end, acknowledgements are waited for.
    public var grace = Duration.seconds(10)

    /// Kinds of TLS handshakes.
    public enum Handshakes: String, Hashable, Sendable, CaseIterable {
        /// With certificates and signatures.
        case full
        /// With a ticket of the connection before; a robot's first one has none.
        case resumed
        /// In turn.
        case both

        /// Whether a robot's visit, from 1, uses the ticket that it has.
        public func resumes(_ visit: UInt64) -> Bool {
            switch self {
            case .full: false
            case .resumed: visit > 1
            case .both: visit % 2 == 0
            }
        }
    }

    public init(
        profile: LoadProfile, streams: Int, connections: Int? = nil, rate: Double = 1,
        duration: Duration = .seconds(30), ramp: Duration? = nil
    ) {
        self.profile = profile
        self.streams = streams
        self.connections = connections ?? streams
        self.rate = rate
        self.duration = duration
        // A machine of two cores with the server on it does some 700 handshakes in a second.
        self.ramp = ramp ?? .milliseconds(Int64(self.connections) * 2)
    }

    /// Robots whose connection is a relay's, which speaks for several.
    public var hasRelays: Bool { connections < streams }

    /// The time between two of what a robot does, in nanoseconds. In a mixture, who comes and goes takes ten times as long.
    public func period(of role: LoadProfile.Role) -> Int64 {
        let period = max(1, Int64((1_000_000_000 / rate).rounded()))
        return role == .storm && profile == .mixed ? period * 10 : period
    }

    /// When robot number `index`, from 0, is due, in nanoseconds from the beginning of what is measured: all robots evenly
    /// over a period, so that a rate of one a second does not come all at once.
    public func cadence(ofRobot index: Int) -> Cadence {
        let role = profile.role(ofRobot: index)
        let period = period(of: role)
        return Cadence(first: Int64(Double(period) * Double(index) / Double(streams)), period: period)
    }

    /// When connection number `index`, from 0, begins, in nanoseconds from the start.
    public func dialTime(ofConnection index: Int) -> Int64 {
        Int64(Double(ramp.wholeNanoseconds) * Double(index) / Double(connections))
    }

    /// The connection that carries robot number `index`.
    public func connection(ofRobot index: Int) -> Int { index % connections }

    /// How many robots the fullest connection carries.
    public var robotsPerConnection: Int { (streams + connections - 1) / connections }
}

extension Duration {
    /// Whole nanoseconds; what does not fit is as long as can be.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product + attoseconds / 1_000_000_000
    }

    var inSeconds: Double { self / .seconds(1) }
}
