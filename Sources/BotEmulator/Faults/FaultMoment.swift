public import Messages

/// Something in a robot's life that a fault can wait for. The raw value is its name in scenario files.
public enum FaultMoment: String, CaseIterable, Sendable, Hashable {
    /// A session has begun.
    case connected
    /// A task was given to it; `custody`: one to bring what it has already.
    case assigned, custody
    case accepted
    /// It stands at a store.
    case reached
    /// Units of a product are in it; units of one cannot be had.
    case picked, unavailable
    /// It leaves a store.
    case left
    case delivered
    case declined, abandoned
    /// It was told to give its task up.
    case cancelled
    case paused, resumed
    /// It was sent to a dock, to charge or to wait.
    case sent

    public init?(_ report: BotsV1.FromBot.Body) {
        switch report {
        case .taskAccepted: self = .accepted
        case .stopReached: self = .reached
        case .itemPicked: self = .picked
        case .itemUnavailable: self = .unavailable
        case .stopDone: self = .left
        case .taskDelivered: self = .delivered
        case .taskDeclined: self = .declined
        case .taskAbandoned: self = .abandoned
        case .paused: self = .paused
        case .resumed: self = .resumed
        case .hello, .telemetry, .taskRequest, .fault, .faultCleared, .goodbye: return nil
        }
    }

    public init?(_ directive: BotsV1.ToBot.Body) {
        switch directive {
        case .assignTask(let task): self = task.custody.isEmpty ? .assigned : .custody
        case .cancelTask: self = .cancelled
        case .goCharge, .returnToDock: self = .sent
        case .welcome, .reviseTask, .pause, .resume, .identify, .rejected, .superseded: return nil
        }
    }
}
