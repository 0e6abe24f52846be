/// When each robot was last heard from: live, so in memory only, and nothing of it is in any log.
///
/// Its time passes only while somebody listens. When the process stood still (a machine that slept, a clock that was
/// set), no robot could be heard, and none is quieter for it. Whoever was not heard from since the beginning counts as
/// heard then: a new process gives each lease a fresh term.
public struct Liveness: Sendable {
    /// More time than this between two looks counts as this much.
    static let longestStretchMs: Int64 = 10_000

    private var listenedMs: Int64 = 0
    private var lookedUnixMs: Int64
    private var heardMs: [String: Int64] = [:]
    private var batteries: [String: UInt32] = [:]
    private var forgotMs: Int64 = 0

    public init(now unixMs: Int64) { lookedUnixMs = unixMs }

    /// Time passes. Call it often, compared with a lease.
    public mutating func advance(to unixMs: Int64) {
        listenedMs += min(max(0, unixMs - lookedUnixMs), Liveness.longestStretchMs)
        lookedUnixMs = unixMs
    }

    /// The robot gave a sign of life, in the moment to which time was advanced.
    /// - Parameter battery: in percent; 0: it said nothing of that.
    public mutating func heard(_ bot: String, battery: UInt32 = 0) {
        heardMs[bot] = listenedMs
        if battery > 0 { batteries[bot] = battery }
    }

    /// What the robot last said of its battery since it was last silent, in percent.
    func battery(_ bot: String) -> UInt32? { batteries[bot] }

    /// How long the robot has been silent.
    func silentMs(_ bot: String) -> Int64 { listenedMs - (heardMs[bot] ?? 0) }

    /// Forgets the robots that have been silent for longer than this: they are as silent as if never heard.
    mutating func forget(silentForMs limit: Int64) {
        guard listenedMs - forgotMs > limit else { return }
        forgotMs = listenedMs
        heardMs = heardMs.filter { listenedMs - $0.value <= limit }
        batteries = batteries.filter { heardMs[$0.key] != nil }
    }
}
