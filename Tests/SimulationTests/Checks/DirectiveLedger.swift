import Messages

/// Which directives each robot has stored: each journal once and in order, and all of them together everything.
final class DirectiveLedger {
    var fail: (String) -> Void = { _ in }
    private var last: [String: UInt64] = [:]
    private var stored: [String: Set<UInt64>] = [:]

    func stored(_ directive: BotsV1.ToBot, by bot: String, in journal: String) {
        let before = last[journal] ?? 0
        if directive.directive <= before {
            fail("journal \(journal) stores directive \(directive.directive) after \(before)")
        }
        last[journal] = max(before, directive.directive)
        stored[bot, default: []].insert(directive.directive)
    }

    /// The first of `count` directives that no journal of a robot has.
    func firstMissing(of count: Int, to bot: String) -> UInt64? {
        guard count > 0 else { return nil }
        let stored = stored[bot] ?? []
        return (1...UInt64(count)).first { !stored.contains($0) }
    }
}
