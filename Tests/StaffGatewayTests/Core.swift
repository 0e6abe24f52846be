import Kernel
import Messages

@testable import StaffGateway

/// A core that is given commands, and keeps what has happened.
struct CoreHistory {
    private(set) var core = StaffCore()
    private(set) var events: [StaffV1.Event] = []
    private(set) var now = Timestamp(unixMs: 1_700_000_000_000)

    static let hash = StaffV1.PasswordHash(
        salt: [1], digest: [2], costExponent: 15, blockSize: 8, parallelism: 1)
    static let otherHash = StaffV1.PasswordHash(
        salt: [3], digest: [4], costExponent: 15, blockSize: 8, parallelism: 1)

    /// Anna and Berta are managers, Carl a clerk, Vera a viewer; each has a session named after them, in lower case.
    init() throws {
        try add("Anna", .manager)
        try add("Berta", .manager)
        try add("Carl", .clerk)
        try add("Vera", .viewer)
    }

    private mutating func add(_ name: String, _ role: StaffRole) throws {
        try take(core.addUser(name: name, role: role, password: Self.hash))
        try signIn(name, name.lowercased())
    }

    /// What comes of a command; it takes effect.
    @discardableResult
    mutating func take(_ events: [StaffV1.Event]) -> [StaffV1.Event] {
        for event in events {
            self.events.append(event)
            core.evolve(
                event, EventStamp(position: UInt64(self.events.count), stream: event.stream, version: 0, time: now))
        }
        return events
    }

    mutating func signIn(_ name: String, _ session: String) throws {
        try take(
            core.signIn(name: name, session: session, checkedAgainst: Self.hash, address: "127.0.0.1", now: now))
    }

    mutating func pass(_ time: Duration) {
        now = now + time
    }

    func isOpen(_ session: String) -> Bool { core.session(session, now: now) != nil }
}

extension [StaffV1.Event] {
    /// The sessions that these events end, in their order.
    var endedSessions: [String] {
        compactMap { event in
            if case .sessionEnded(let ended) = event.kind { ended.session } else { nil }
        }
    }

    var types: [String] { map { $0.typeName } }
}
