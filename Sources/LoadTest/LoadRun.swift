import Foundation

/// A load test in progress: what was collected so far, second by second. The coordinator's own.
struct LoadRun {
    private var result: LoadResult
    private let server: ServerProcess?
    /// Until measuring began, then since.
    private var tally = LoadTally()
    private var bytesBefore = (sent: 0, received: 0)
    private var bytes = (sent: 0, received: 0)
    private(set) var connected = 0
    let expected: Int
    private(set) var maxCalls: Int?
    private(set) var lastFailure: String?

    // The second that is under way.
    private var second = LoadTally()
    private var secondBegan: Int64 = 0
    private var isMeasuring = false
    private var seconds: [LoadSecond] = []
    private var measuringBegan: Int64 = 0
    private var serverUse: (before: MachineUse?, begin: MachineUse?, second: MachineUse?, end: MachineUse?)
    private var ownUse: (before: MachineUse?, begin: MachineUse?, second: MachineUse?, end: MachineUse?)

    init(plan: LoadPlan, target: LoadTarget, server: ServerProcess?) {
        self.server = server
        expected = (0..<plan.streams).count { plan.profile.role(ofRobot: $0) != .storm }
        let own = ServerProcess.own
        serverUse.before = server?.use
        serverUse.second = serverUse.before
        ownUse.before = own.use
        ownUse.second = ownUse.before
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        result = LoadResult(
            plan: plan, server: "\(host):\(target.port)", startedAt: Date().timeIntervalSince1970, measured: 0,
            load: .init(pid: own.pid, name: own.name ?? "load"))
        result.expected = expected
        if let server { result.process = .init(pid: server.pid, name: server.name ?? "server") }
        if let files = server?.maxOpenFiles, files < plan.connections {
            result.warnings.append(
                """
                the server may have \(LoadText.count(files)) files open, which are too few for \
                \(LoadText.count(plan.connections)) connections: raise its limit (ulimit -n)
                """)
        }
    }

    /// The words of the most frequent error.
    var lastError: String? { tally.errors.entries.max { $0.count < $1.count }?.example }

    // MARK: Taking in

    mutating func take(_ collected: [LoadShard.Collected], sinceStart: Int64, isLast: Bool) {
        connected = collected.reduce(0) { $0 + $1.connected }
        bytes = (collected.reduce(0) { $0 + $1.bytesSent }, collected.reduce(0) { $0 + $1.bytesReceived })
        maxCalls = collected.lazy.compactMap(\.maxCalls).min() ?? maxCalls
        lastFailure = collected.lazy.compactMap(\.lastFailure).first ?? lastFailure
        for shard in collected {
            second.merge(shard.tally)
            tally.merge(shard.tally)
        }
        if isLast || sinceStart - secondBegan >= 1_000_000_000 { endSecond(sinceStart) }
    }

    private mutating func endSecond(_ sinceStart: Int64) {
        let (theirs, own) = (server?.use, ServerProcess.own.use)
        // A phase ends right after a second has: there is nothing to tell of what is between.
        if sinceStart - secondBegan < 20_000_000, second == LoadTally() { return }
        seconds.append(
            LoadSecond(
                at: Double(secondBegan) / 1e9, length: Double(sinceStart - secondBegan) / 1e9, connected: connected,
                tally: second, server: Self.used(from: serverUse.second, to: theirs),
                load: Self.used(from: ownUse.second, to: own) ?? MachineUse(cpu: 0, memory: 0)))
        second = LoadTally()
        secondBegan = sinceStart
        serverUse.second = theirs
        ownUse.second = own
    }

    private static func used(from: MachineUse?, to: MachineUse?) -> MachineUse? {
        guard let from, let to else { return nil }
        return MachineUse(cpu: to.cpu - from.cpu, memory: to.memory)
    }

    // MARK: Phases

    mutating func beginMeasuring(sinceStart: Int64) {
        endSecond(sinceStart)
        measuringBegan = sinceStart
        secondBegan = sinceStart
        isMeasuring = true
        serverUse.begin = server?.use
        ownUse.begin = ServerProcess.own.use
        bytesBefore = bytes
        result.connecting = tally
        result.connected = connected
        tally = LoadTally()
        if connected < expected {
            tally.errors.add(
                ErrorTally.Code.notConnected, lastFailure ?? result.connecting.errors.entries.first?.example ?? "",
                count: UInt64(expected - connected))
        }
    }

    mutating func endMeasuring(sinceStart: Int64, seconds: Double, isCutShort: Bool) {
        endSecond(sinceStart)
        result.measured = seconds
        result.isCutShort = isCutShort
    }

    /// What was on its way has arrived, or is not waited for any more.
    mutating func endWork(seconds: Double) {
        result.worked = seconds
        serverUse.end = server?.use
        ownUse.end = ServerProcess.own.use
    }

    // MARK: Telling

    func progress(_ phase: LoadProgress.Phase, elapsed: Double, length: Double) -> LoadProgress {
        let latency = answers
        let percentiles = latency.isEmpty ? nil : latency.percentiles([50, 99])
        return LoadProgress(
            phase: phase, elapsed: elapsed, length: length, connected: connected, robots: expected,
            second: seconds.last, p50: percentiles?[0], p99: percentiles?[1], errors: tally.errors.total)
    }

    private var answers: LatencyHistogram { tally.reportLatency.isEmpty ? tally.sessionLatency : tally.reportLatency }

    func result(_ limits: LoadLimits) -> LoadResult {
        var result = result
        if isMeasuring {
            result.tally = tally
        } else {
            result.connecting = tally
            result.connected = connected
            result.isCutShort = true
        }
        result.bytesSent = bytes.sent - bytesBefore.sent
        result.bytesReceived = bytes.received - bytesBefore.received
        result.seconds = seconds.map { second in
            var second = second
            second.at = ((second.at - Double(measuringBegan) / 1e9) * 1_000).rounded() / 1_000
            return second
        }
        result.process?.fill(serverUse.before, serverUse.begin, serverUse.end)
        result.load.fill(ownUse.before, ownUse.begin, ownUse.end)
        result.warnings += warnings
        if server != nil, serverUse.end == nil, isMeasuring {
            result.warnings.append("the server's process ended meanwhile, so what it used is not known")
            result.process = nil
        }
        result.violations = isMeasuring ? limits.violations(profile: result.plan.profile, tally: result.tally) : []
        return result
    }

    /// A load that is late itself measures itself.
    private var warnings: [String] {
        var warnings: [String] = []
        let isGone = server != nil && serverUse.end == nil
        if !isGone, result.worked > result.measured * 1.05 + 0.1 {
            warnings.append(
                """
                the server did not keep up: it took \(LoadText.number(result.worked)) s for what was due in \
                \(LoadText.number(result.measured)) s, and the latencies are those of a queue that grows
                """)
        }
        let late = tally.lateness.percentile(99)
        if late > 10_000 {
            warnings.append(
                """
                the load itself was late (p99 \(LoadText.latency(late))): its thread or this machine is busy, and what it \
                measured includes that. Give it more --threads, another machine, or less to do
                """)
        }
        return warnings
    }
}

extension LoadResult.ProcessResult {
    fileprivate mutating func fill(_ before: MachineUse?, _ begin: MachineUse?, _ end: MachineUse?) {
        memoryBefore = before?.memory ?? 0
        memoryConnected = begin?.memory ?? memoryBefore
        memoryAfter = end?.memory ?? memoryConnected
        if let before, let begin { cpuConnecting = begin.cpu - before.cpu }
        if let begin, let end { cpu = end.cpu - begin.cpu }
    }
}
