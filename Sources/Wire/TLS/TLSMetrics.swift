import Metrics

/// What TLS counts: handshakes done, and failures by reason.
enum TLSMetrics {
    private static let full = Counter(label: "mallbots_tls_handshakes_total", dimensions: [("kind", "full")])
    private static let resumed = Counter(label: "mallbots_tls_handshakes_total", dimensions: [("kind", "resumed")])

    // Made at first use, when the metrics system is surely set up; looked up only, never iterated.
    private static let failures = Dictionary(
        uniqueKeysWithValues: TLSError.Reason.allCases.map { reason in
            (reason, Counter(label: "mallbots_tls_failures_total", dimensions: [("reason", reason.rawValue)]))
        })

    static func countHandshake(isResumed: Bool) {
        (isResumed ? resumed : full).increment()
    }

    static func count(_ reason: TLSError.Reason) {
        failures[reason]?.increment()
    }
}
