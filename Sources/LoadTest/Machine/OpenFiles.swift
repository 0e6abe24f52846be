/// How many files this process may have open; each connection is one.
public struct OpenFiles: Hashable, Sendable {
    public var limit: Int
    /// What the load needs besides connections: libraries, event loops, the result's files.
    static let reserved = 64

    public init(limit: Int) { self.limit = limit }

    /// Why so many connections cannot be had; nil: they can.
    func problem(connections: Int) -> String? {
        let most = max(0, limit - Self.reserved)
        guard connections > most else { return nil }
        return """
            \(LoadText.count(connections)) connections need as many open files, and this process may have \
            \(LoadText.count(limit)): use --connections \(most) or fewer, or raise the hard limit (ulimit -Hn, \
            LimitNOFILE=, /etc/security/limits.conf) and try again
            """
    }
}
