import Metrics
import Synchronization

/// How often each refusal happened, for one server or client. Also counted as the metric `wire_refused_total`, by
/// reason. Safe to use from anywhere.
public final class WireCounters: Sendable {
    private let counts = Mutex<[WireRefusal: Int]>([:])

    public init() {}

    public subscript(refusal: WireRefusal) -> Int {
        counts.withLock { $0[refusal] ?? 0 }
    }

    /// All that happened at all, by the reason's name.
    public var all: [String: Int] {
        counts.withLock { counts in
            Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        }
    }

    func count(_ refusal: WireRefusal) {
        counts.withLock { $0[refusal, default: 0] += 1 }
        Counter(label: "wire_refused_total", dimensions: [("reason", refusal.rawValue)]).increment()
    }
}
