public import Kernel
public import Messages

/// Decisions about sessions.
extension StaffCore {
    /// Begins a session of a user whose password was right.
    ///
    /// - Parameters:
    ///   - session: the hash of its token
    ///   - password: what the password was checked against, a moment ago
    /// - Throws: `UNAUTHENTICATED` when that has changed meanwhile, or the user may not sign in.
    func signIn(
        name: String, session: String, checkedAgainst password: StaffV1.PasswordHash, address: String, now: Timestamp
    ) throws(ServiceError) -> [StaffV1.Event] {
        guard let account = accounts[StaffRules.key(of: name)], account.password == password, !account.user.disabled
        else { throw ServiceError(.unauthenticated, "the user has changed meanwhile") }
        return begin(session, of: account.user.name, address: address, now: now)
    }

    /// The first user, a manager, with a session.
    ///
    /// - Throws: `ALREADY_EXISTS` when there is one.
    func setUp(
        name: String, password: StaffV1.PasswordHash, session: String, address: String, now: Timestamp
    ) throws(ServiceError) -> [StaffV1.Event] {
        guard needsSetup else { throw .alreadyExists("there are users already: sign in as one of them") }
        return try addUser(name: name, role: .manager, password: password)
            + begin(session, of: name, address: address, now: now)
    }

    private func begin(_ session: String, of name: String, address: String, now: Timestamp) -> [StaffV1.Event] {
        let surplus = sessions(of: name).dropLast(Self.sessionsPerUser - 1)
        let ended = surplus.map { Self.ended($0, why: "the user signed in elsewhere too often") }
        let signedIn = StaffV1.SignedIn(
            name: name, session: session, endsUnixMs: (now + Self.sessionLength).unixMs, address: address)
        return ended + [StaffV1.Event(kind: .signedIn(signedIn))]
    }

    /// Ends one session; nothing when it has ended.
    func signOut(_ session: String) -> [StaffV1.Event] {
        sessions[session].map { [Self.ended($0, why: "signed out")] } ?? []
    }

    /// - Parameter staying: a session that goes on
    func endSessions(of name: String, but staying: String? = nil, why: String) -> [StaffV1.Event] {
        sessions(of: name).filter { $0.session != staying }.map { Self.ended($0, why: why) }
    }

    private static func ended(_ record: StaffV1.SessionRecord, why: String) -> StaffV1.Event {
        StaffV1.Event(
            kind: .sessionEnded(StaffV1.SessionEnded(session: record.session, name: record.name, why: why)))
    }

    // MARK: Time

    public func nextDeadline(after now: Timestamp) -> Timestamp? {
        sessions.values.map(\.endsUnixMs).min().map(Timestamp.init(unixMs:))
    }

    public func due(_ now: Timestamp) -> [NewEvent<StaffV1.Event>] {
        let over = sessions.values.filter { $0.endsUnixMs <= now.unixMs }
        return over.sorted { $0.session < $1.session }.map { Self.ended($0, why: "its time was over").new }
    }
}
