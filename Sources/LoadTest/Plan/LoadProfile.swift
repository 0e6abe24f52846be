/// What the robots of a load test do.
public enum LoadProfile: String, Hashable, Sendable, CaseIterable, Encodable {
    /// Connect and stay.
    case idle
    /// Send live messages: where they are, how full the battery is.
    case telemetry
    /// Send durable reports, which are acknowledged once they are on the gateway's disk.
    case reports
    /// Connect, open a session, leave, and come again.
    case storm
    /// A bit of each.
    case mixed

    /// What one robot does.
    public enum Role: Hashable, Sendable {
        case idle, telemetry, reports, storm
    }

    // Of ten robots one is idle and one comes and goes. In an order that gives few robots a mixture, too.
    private static let mixture: [Role] = [
        .reports, .telemetry, .storm, .reports, .telemetry, .idle, .reports, .telemetry, .reports, .telemetry,
    ]

    /// What robot number `index`, from 0, does.
    public func role(ofRobot index: Int) -> Role {
        switch self {
        case .idle: .idle
        case .telemetry: .telemetry
        case .reports: .reports
        case .storm: .storm
        case .mixed: Self.mixture[index % Self.mixture.count]
        }
    }

    /// Whether robots of this profile send reports, so that there is a latency from a report to its acknowledgement.
    public var hasReports: Bool { self == .reports || self == .mixed }
    /// Whether robots of this profile come and go.
    public var hasStorm: Bool { self == .storm || self == .mixed }
    /// Whether robots of this profile send telemetry.
    public var hasTelemetry: Bool { self == .telemetry || self == .mixed }
}
