import Messages

/// What Depot knows of one robot.
struct FleetBot: Hashable, Sendable {
    var registered: DepotV1.BotRegistered
    var online = false
    /// Not heard from for as long as a lease lasts.
    var silent = false
    var session: UInt64 = 0
    /// Its unanswered request for a task. It outlives a break of the connection: the robot does not ask twice.
    var request: DepotV1.BotWaiting?
    /// The task that it holds; empty: none.
    var taskID = ""
    /// The task of which it has items since it lost its lease, whether it has a lease again or not; empty: none.
    var custodyTaskID = ""
    var place: TypesV1.Place?
    /// At its last request.
    var batteryPercent: UInt32 = 0
    /// The number of the last directive issued to it.
    var lastDirective: UInt64 = 0
    var tasksDelivered: UInt64 = 0
    /// Those that were not cleared, oldest first, each code once.
    var faults: [DepotV1.BotFaulted] = []
    var paused = false
    /// It was told to pause, and may not have heard it yet.
    var pauseOrdered = false
    /// It gets no more tasks, and is retired when it has nothing more.
    var retiring = false
    var retired = false
    var lost = false
    /// The dock that it was sent to and that is kept for it, until it asks for a task, gets one or falls silent; empty:
    /// none.
    var dockID = ""
    /// It was sent there only to park: it makes room for one that needs to charge.
    var isParked = false
    /// The mall's node nearest to it. Follows from its place and the mall.
    var node = 0

    init(_ registered: DepotV1.BotRegistered) {
        self.registered = registered
    }

    mutating func leaveDock() { (dockID, isParked) = ("", false) }

    var id: String { registered.botID }

    var needsHelp: Bool { faults.contains(where: \.needsHelp) }

    /// Whether it can be given work: it is there and able, and holds no task.
    private var isFree: Bool {
        online && !silent && taskID.isEmpty && !paused && !pauseOrdered && !retired && !lost && !needsHelp
    }

    /// Whether it may get a task now.
    var isWaiting: Bool { isFree && request != nil && custodyTaskID.isEmpty && !retiring }

    /// Whether it may be sent to the depot with what it has in custody now.
    var isReturning: Bool { isFree && !custodyTaskID.isEmpty }

    /// Whether it has nothing of any task.
    var isDrained: Bool { taskID.isEmpty && custodyTaskID.isEmpty }

    /// Whether its silence would mean anything.
    var canFallSilent: Bool { !silent && !retired && !lost && (online || !taskID.isEmpty || !dockID.isEmpty) }

    /// What a robot that is to work counts for when lists are cut.
    struct Standing: Hashable, Sendable {
        var capacity: UInt32
        var isOnline: Bool
    }

    /// nil for one that is out of service or will be, or never said what it carries.
    var standing: Standing? {
        if retired || retiring || lost || registered.capacityUnits == 0 { return nil }
        return Standing(capacity: registered.capacityUnits, isOnline: online)
    }

    /// What it can carry now, in size units.
    var capacityUnits: UInt32 {
        if let request, request.capacityUnits > 0 { return request.capacityUnits }
        return registered.capacityUnits
    }

    /// How far its battery carries it, in millimetres.
    func range(_ policy: DispatchPolicy) -> Int {
        if let request, request.rangeMm > 0 { return Int(clamping: request.rangeMm) }
        return policy.fullRangeMm / 100 * Int(min(100, batteryPercent))
    }

    var state: DepotV1.BotState {
        if lost { return .lost }
        if retired { return .retired }
        if !online || silent { return .offline }
        if needsHelp { return .faulted }
        if paused || pauseOrdered { return .paused }
        if !taskID.isEmpty { return .working }
        return request == nil ? .idle : .waiting
    }
}
