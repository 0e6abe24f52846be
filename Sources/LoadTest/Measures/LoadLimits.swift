/// What a load test must not exceed, for a verdict.
public struct LoadLimits: Hashable, Sendable {
    /// Milliseconds. For reports from due to acknowledged; for robots that only come and go from due to Welcome.
    public var maxP99Milliseconds: Double?
    public var maxErrors: UInt64?

    public init(maxP99Milliseconds: Double? = nil, maxErrors: UInt64? = nil) {
        self.maxP99Milliseconds = maxP99Milliseconds
        self.maxErrors = maxErrors
    }

    /// What was exceeded, in sentences; empty when all is well.
    public func violations(profile: LoadProfile, tally: LoadTally) -> [String] {
        var found: [String] = []
        if let limit = maxP99Milliseconds {
            let latency = profile.hasReports ? tally.reportLatency : tally.sessionLatency
            let what = profile.hasReports ? "from report to acknowledgement" : "to open a session"
            let p99 = Double(latency.percentile(99)) / 1_000
            if latency.isEmpty {
                found.append("there is no p99 \(what): nothing was answered")
            } else if p99 > limit {
                found.append(
                    "the p99 \(what) was \(LoadText.milliseconds(p99)), above --max-p99 \(LoadText.number(limit))")
            }
        }
        if let limit = maxErrors, tally.errors.total > limit {
            let codes = tally.errors.entries.map { "\($0.count) \($0.code)" }.joined(separator: ", ")
            let errors = LoadText.counted(tally.errors.total, "error")
            found.append("\(errors) (\(codes)), above --max-errors \(limit)")
        }
        return found
    }
}
