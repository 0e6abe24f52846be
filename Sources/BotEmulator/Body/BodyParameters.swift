/// How an emulated body is built.
public struct BodyParameters: Sendable, Hashable {
    public var speedMmPerS: Int64 = 1_200
    /// To take one unit from a shelf or put it back.
    public var pickMs: Int64 = 3_000
    /// To hand over the load at the depot.
    public var unloadMs: Int64 = 5_000
    /// How far a full battery carries.
    public var fullRangeMm: Int64 = 8_000_000
    /// From empty to full at a dock.
    public var fullChargeMs: Int64 = 20 * 60_000
    /// Below this part of a full battery an idle robot goes to charge, and asks for nothing until `enoughPercent`.
    public var lowPercent: Int64 = 20
    public var enoughPercent: Int64 = 60
    /// A robot without work goes to its dock after this long.
    public var patienceMs: Int64 = 20_000
    public var capacityUnits: UInt32 = 24
    /// How likely it is that a product is not there in full.
    public var outOfStockRate: Double = 0
    public var seed: UInt64 = 0

    public init() {}
}
