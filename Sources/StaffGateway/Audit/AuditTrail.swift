import Kernel
import Messages

/// One line of the audit log.
struct AuditEntry: Sendable, Hashable {
    var position: UInt64
    var time: Timestamp
    var user: String
    var action: String
    var target: String
    /// "done", "refused: " and why, or "unknown" when the server stopped or its answer came too late.
    var outcome: String
    var detail: String
}

/// Which entries to show.
struct AuditQuery: Sendable, Hashable {
    /// Of this user only; names that differ in case only are one.
    var user: String?
    /// Of this target, or of those that begin with it and a '/'.
    var target: String?
    /// Only older ones; nil: from the newest.
    var before: UInt64?
    var limit: Int

    func matches(_ entry: AuditEntry) -> Bool {
        if let user, StaffRules.key(of: user) != StaffRules.key(of: entry.user) { return false }
        if let target, entry.target != target, !entry.target.hasPrefix(target + "/") { return false }
        return true
    }
}

/// The audit log as it is read: the staff's own log, backwards.
struct AuditTrail: Sendable {
    /// Events that are looked at for one page: so a search for what is not there ends, and goes on with the next page.
    static let budget: UInt64 = 50_000
    private static let chunk: UInt64 = 512

    let stream: EventStream

    /// Newest first; and where the next page begins, nil at the log's beginning.
    func page(_ query: AuditQuery) async throws -> (entries: [AuditEntry], next: UInt64?) {
        let head = stream.head(of: StaffCore.serviceName) ?? 0
        var end = min(query.before.map { $0 - 1 } ?? head, head)
        let stop = end > Self.budget ? end - Self.budget : 0
        var answers = try await answers(after: end, head)
        var entries: [AuditEntry] = []
        while end > stop {
            let begin = end > Self.chunk ? end - Self.chunk : 0
            for event in try await events(after: begin, through: end).reversed() {
                if case .commandAnswered(let answered) = event.event.kind { answers[answered.position] = answered }
                guard let entry = Self.entry(event, answers), query.matches(entry) else { continue }
                entries.append(entry)
                if entries.count == query.limit { return (entries, event.position > 1 ? event.position : nil) }
            }
            end = begin
        }
        return (entries, end > 0 ? end + 1 : nil)
    }

    /// What became of commands at the page's end was written after them. Answers come within seconds: soon after, if at all.
    private func answers(after end: UInt64, _ head: UInt64) async throws -> [UInt64: StaffV1.CommandAnswered] {
        var answers: [UInt64: StaffV1.CommandAnswered] = [:]
        for event in try await events(after: end, through: min(head, end + Self.chunk)) {
            if case .commandAnswered(let answered) = event.event.kind { answers[answered.position] = answered }
        }
        return answers
    }

    private func events(after begin: UInt64, through end: UInt64) async throws -> [ForeignEvent<StaffV1.Event>] {
        guard begin < end else { return [] }
        var events: [ForeignEvent<StaffV1.Event>] = []
        let start = EventStart.after([StaffCore.serviceName: begin])
        for try await event in stream.events(from: start, follow: false) {
            if event.position > end { break }
            events.append(try ForeignEvent(event))
        }
        return events
    }

    private static func entry(
        _ event: ForeignEvent<StaffV1.Event>, _ answers: [UInt64: StaffV1.CommandAnswered]
    ) -> AuditEntry? {
        func entry(
            _ user: String, _ action: String, _ target: String, _ outcome: String, _ detail: String
        ) -> AuditEntry {
            AuditEntry(
                position: event.position, time: event.time, user: user, action: action, target: target,
                outcome: outcome, detail: detail)
        }
        switch event.event.kind {
        case .signedIn(let signedIn):
            return entry(signedIn.name, "sign in", "user/\(signedIn.name)", "done", "from \(signedIn.address)")
        case .signInRefused(let refused):
            return entry(
                refused.name, "sign in", "user/\(refused.name)", "refused: \(refused.reason)",
                "from \(refused.address)")
        case .commandGiven(let given):
            let answer = answers[event.position]
            let refusal = answer?.refusal ?? given.refusal
            let outcome =
                answer == nil && refusal.isEmpty ? "unknown" : refusal.isEmpty ? "done" : "refused: \(refusal)"
            return entry(
                given.user, given.action, answer?.target.nonBlank ?? given.target, outcome, given.detail)
        default: return nil
        }
    }
}

extension String {
    fileprivate var nonBlank: String? { isEmpty ? nil : self }
}
