public import Messages

/// Which services can serve, and who watches them: gRPC's health service as a value.
///
/// A service is known once it has been set. The server as a whole has the empty name; it serves while all of its
/// services do. A server that drains serves nothing any more, whatever is set.
public struct HealthBoard: Sendable {
    /// One who watches a service.
    public struct Watcher: Hashable, Comparable, Sendable {
        fileprivate let number: UInt64

        public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    }

    /// What a watcher is to be told.
    public struct News: Hashable, Sendable {
        public let watcher: Watcher
        public let status: HealthV1.ServingStatus
    }

    public private(set) var isDraining = false
    private var isServing: [String: Bool] = [:]
    private var watched: [Watcher: String] = [:]
    private var next: UInt64 = 0

    /// - Parameter services: known from the beginning, and not serving yet.
    public init(services: [String] = []) {
        for service in services { isServing[service] = false }
    }

    /// The state of a service, or with the empty name of the server; nil when there is no such service.
    public func status(of service: String) -> HealthV1.ServingStatus? {
        let serves = service.isEmpty ? isServing.values.allSatisfy { $0 } : isServing[service]
        return serves.map { $0 && !isDraining ? .serving : .notServing }
    }

    /// The state of a service as a watcher is told it.
    private func shown(_ service: String) -> HealthV1.ServingStatus { status(of: service) ?? .serviceUnknown }

    /// Takes a watcher in, who is to be told the state now, and to be given to ``end(_:)`` later.
    public mutating func watch(_ service: String) -> News {
        let watcher = Watcher(number: next)
        next += 1
        watched[watcher] = service
        return News(watcher: watcher, status: shown(service))
    }

    public mutating func end(_ watcher: Watcher) {
        watched[watcher] = nil
    }

    /// Notes whether a service serves; one that was not known is from now on.
    ///
    /// - Parameter service: not the empty name, whose state follows from the others'.
    /// - Returns: what watchers are to be told, in the order in which they came: only those for whom something changed.
    public mutating func set(_ service: String, serving: Bool) -> [News] {
        precondition(!service.isEmpty, "the server as a whole serves when its services do")
        return news { $0.isServing[service] = serving }
    }

    /// Nothing serves from now on.
    public mutating func drain() -> [News] {
        news { $0.isDraining = true }
    }

    private mutating func news(_ change: (inout Self) -> Void) -> [News] {
        let before = self
        change(&self)
        return watched.compactMap { watcher, service in
            let status = shown(service)
            return status == before.shown(service) ? nil : News(watcher: watcher, status: status)
        }.sorted { $0.watcher < $1.watcher }
    }
}
