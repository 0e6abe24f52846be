/// What the dispatcher and the tasks it gives out go by.
public struct DispatchPolicy: Hashable, Sendable {
    /// How long a robot keeps a task after it was last heard from.
    public var leaseSeconds: UInt32 = 60
    /// How long items wait for the robot that has them and lost its lease, before they are fetched again.
    public var custodySeconds: Int64 = 600
    /// How long a cancel waits for a robot that is heard from but does not bring its items back.
    public var cancelSeconds: Int64 = 1_800
    /// A robot below this charge gets no task: it is sent to charge.
    public var minimumBatteryPercent: UInt32 = 20
    /// A robot at or above this charge is not sent to charge, even when a task is too far for it.
    public var chargedPercent: UInt32 = 60
    /// How much the battery of a robot that waits may fall before the depot reckons with less.
    public var batteryStepPercent: UInt32 = 10
    /// What the battery must hold beyond the trip and the way from the depot to a dock, as a percentage of both.
    public var rangeMarginPercent = 25
    /// How far a full battery carries a robot that does not say.
    public var fullRangeMm = 5_000_000
    /// How much longer a way is worth going for a task that has waited a second longer.
    public var ageCreditMmPerSecond = 1_000
    /// How long a robot that declined a task or gave it up is not offered it again.
    public var declineSeconds: Int64 = 30
    /// How long a task that no robot online can carry waits for a larger one before it is cut into smaller tasks.
    public var cutAnewSeconds: Int64 = 60
    /// How much a task may hold while no robot has ever been seen, in the size units of products.
    public var usualCapacityUnits: UInt32 = 40

    /// The policy above.
    public init() {}
}
