import Kernel
import Messages

/// Decisions about users. Passwords come here hashed; whether one may be used was checked before.
extension StaffCore {
    func addUser(
        name: String, role: StaffRole, password: StaffV1.PasswordHash
    ) throws(ServiceError) -> [StaffV1.Event] {
        try StaffRules.check(name: name)
        guard accounts[StaffRules.key(of: name)] == nil else {
            throw .alreadyExists("there is a user '\(name)' already")
        }
        guard accounts.count < Self.maxUsers else {
            throw .resourceExhausted("there are \(Self.maxUsers) users, and no more are taken")
        }
        guard role == .manager || !needsSetup else {
            throw .failedPrecondition("there is no user yet: the first must be a manager, who can add others")
        }
        return [
            StaffV1.Event(kind: .userAdded(StaffV1.UserAdded(name: name, role: role.message, password: password)))
        ]
    }

    /// Changes what is not nil. A lower role, a new password and being disabled end the user's sessions.
    ///
    /// - Parameter staying: a session that a new password does not end: that of the user who set it
    func changeUser(
        name: String, role: StaffRole?, disabled: Bool?, password: StaffV1.PasswordHash?, staying: String? = nil
    ) throws(ServiceError) -> [StaffV1.Event] {
        let account = try account(name)
        let name = account.user.name
        var after = account
        after.user.role = role?.message ?? account.user.role
        after.user.disabled = disabled ?? account.user.disabled
        if account.isActiveManager, !after.isActiveManager { try requireAnotherManager(than: account) }

        var events: [StaffV1.Event.Kind] = []
        var endsBecause: String?
        if let password {
            events.append(.passwordChanged(StaffV1.PasswordChanged(name: name, password: password)))
            endsBecause = "the password was changed"
        }
        if let role, role != account.role {
            events.append(.roleChanged(StaffV1.RoleChanged(name: name, role: role.message)))
            if role < account.role { endsBecause = "the user is a \(role.word) now" }
        }
        if let disabled, disabled != account.user.disabled {
            events.append(
                disabled
                    ? .userDisabled(StaffV1.UserDisabled(name: name)) : .userEnabled(StaffV1.UserEnabled(name: name)))
            if disabled { endsBecause = "the user was disabled" }
        }
        let onlyPassword = after.role >= account.role && !after.user.disabled
        let ended = endsBecause.map { endSessions(of: name, but: onlyPassword ? staying : nil, why: $0) } ?? []
        return events.map { StaffV1.Event(kind: $0) } + ended
    }

    /// - Parameter asker: the user who asks, who cannot be removed; nil for one who is none
    func removeUser(name: String, by asker: String?) throws(ServiceError) -> [StaffV1.Event] {
        let account = try account(name)
        if let asker, StaffRules.key(of: asker) == StaffRules.key(of: name) {
            throw .failedPrecondition("nobody removes themselves: have another manager do it")
        }
        if account.isActiveManager { try requireAnotherManager(than: account) }
        return endSessions(of: name, why: "the user was removed")
            + [StaffV1.Event(kind: .userRemoved(StaffV1.UserRemoved(name: account.user.name)))]
    }

    private func requireAnotherManager(than account: Account) throws(ServiceError) {
        guard accounts.values.count(where: \.isActiveManager) > 1 else {
            throw .failedPrecondition(
                "'\(account.user.name)' is the last manager who can sign in: make another one first")
        }
    }
}
