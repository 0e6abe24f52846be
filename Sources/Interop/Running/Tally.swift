import Synchronization

/// A count that tasks share.
final class Tally: Sendable {
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }

    func add(_ number: Int = 1) { state.withLock { $0 += number } }
}
