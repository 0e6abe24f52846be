public import Kernel
public import Messages

/// All users and sessions as one value, changed by the staff's events alone. What users commanded is in the log only.
public struct StaffCore: ServiceCore {
    public typealias Event = StaffV1.Event

    public static let serviceName = "staff"

    /// How long a session lasts.
    static let sessionLength = Duration.seconds(12 * 3600)
    /// Sessions of one user at once; a new one ends the oldest.
    static let sessionsPerUser = 16
    static let maxUsers = 1_000

    struct Account: Sendable {
        var user: StaffV1.User
        var password: StaffV1.PasswordHash

        var role: StaffRole { StaffRole(user.role) ?? .viewer }
        var isActiveManager: Bool { role == .manager && !user.disabled }
    }

    /// By the names' keys.
    private(set) var accounts: [String: Account] = [:]
    /// By the hash of their tokens.
    private(set) var sessions: [String: StaffV1.SessionRecord] = [:]
    /// Of the newest event; 0 before there is one since the state was loaded.
    private(set) var position: UInt64 = 0

    public init() {}

    public mutating func evolve(_ event: StaffV1.Event, _ stamp: EventStamp) {
        position = stamp.position
        switch event.kind {
        case .userAdded(let event):
            let user = StaffV1.User(name: event.name, role: event.role, createdUnixMs: stamp.time.unixMs)
            accounts[StaffRules.key(of: event.name)] = Account(
                user: user, password: event.password ?? StaffV1.PasswordHash())
        case .roleChanged(let event): accounts[StaffRules.key(of: event.name)]?.user.role = event.role
        case .userDisabled(let event): accounts[StaffRules.key(of: event.name)]?.user.disabled = true
        case .userEnabled(let event): accounts[StaffRules.key(of: event.name)]?.user.disabled = false
        case .passwordChanged(let event):
            accounts[StaffRules.key(of: event.name)]?.password = event.password ?? StaffV1.PasswordHash()
        case .userRemoved(let event): accounts[StaffRules.key(of: event.name)] = nil
        case .signedIn(let event):
            accounts[StaffRules.key(of: event.name)]?.user.lastSignedInUnixMs = stamp.time.unixMs
            sessions[event.session] = StaffV1.SessionRecord(
                session: event.session, name: event.name, startedUnixMs: stamp.time.unixMs,
                endsUnixMs: event.endsUnixMs)
        case .sessionEnded(let event): sessions[event.session] = nil
        case .signInRefused, .commandGiven, .commandAnswered, nil: break
        }
    }

    public func snapshot() -> [UInt8] {
        let users = accounts.values.sorted { $0.user.name < $1.user.name }
        return StaffV1.Snapshot(
            users: users.map { StaffV1.UserRecord(user: $0.user, password: $0.password) },
            sessions: sessions.values.sorted { $0.session < $1.session }
        ).protobuf()
    }

    public init(snapshot: [UInt8]) throws {
        let saved = try StaffV1.Snapshot(protobuf: snapshot, limits: .unlimited)
        for record in saved.users {
            guard let user = record.user, let password = record.password else { continue }
            accounts[StaffRules.key(of: user.name)] = Account(user: user, password: password)
        }
        for record in saved.sessions { sessions[record.session] = record }
    }

    // MARK: Looking

    /// Whether nobody may sign in yet.
    var needsSetup: Bool { accounts.isEmpty }

    /// By name.
    var users: [StaffV1.User] { accounts.values.map(\.user).sorted { $0.name < $1.name } }

    /// A session that has not ended; nil for any other.
    func session(_ id: String, now: Timestamp) -> StaffSession? {
        guard let record = sessions[id], now.unixMs < record.endsUnixMs,
            let account = accounts[StaffRules.key(of: record.name)]
        else { return nil }
        return StaffSession(
            id: id, name: account.user.name, role: account.role, ends: Timestamp(unixMs: record.endsUnixMs))
    }

    /// Oldest first.
    func sessions(of name: String) -> [StaffV1.SessionRecord] {
        let key = StaffRules.key(of: name)
        return sessions.values.filter { StaffRules.key(of: $0.name) == key }
            .sorted { ($0.startedUnixMs, $0.session) < ($1.startedUnixMs, $1.session) }
    }

    func account(_ name: String) throws(ServiceError) -> Account {
        guard let account = accounts[StaffRules.key(of: name)] else {
            throw .notFound("there is no user '\(name)'")
        }
        return account
    }
}

extension StaffV1.Event {
    /// The stream of the log that the event belongs to.
    var stream: String {
        switch kind {
        case .userAdded(let event): "user/\(StaffRules.key(of: event.name))"
        case .roleChanged(let event): "user/\(StaffRules.key(of: event.name))"
        case .userDisabled(let event): "user/\(StaffRules.key(of: event.name))"
        case .userEnabled(let event): "user/\(StaffRules.key(of: event.name))"
        case .passwordChanged(let event): "user/\(StaffRules.key(of: event.name))"
        case .userRemoved(let event): "user/\(StaffRules.key(of: event.name))"
        case .signedIn(let event): "user/\(StaffRules.key(of: event.name))"
        case .signInRefused(let event): "user/\(StaffRules.key(of: event.name))"
        case .sessionEnded(let event): "user/\(StaffRules.key(of: event.name))"
        case .commandGiven, .commandAnswered: "commands"
        case nil: ""
        }
    }

    var new: NewEvent<StaffV1.Event> { NewEvent(stream, self) }
}
