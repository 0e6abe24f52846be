import Kernel
import Messages
import Synchronization

/// What came of somebody's wish to sign in.
enum SignInAnswer: Sendable, Hashable {
    /// With the token, which only the user's browser keeps.
    case signedIn(token: String, StaffSession)
    /// An unknown name, a wrong password or a disabled user: nobody is told which.
    case refused
    /// Not looked at: too many have failed. How long to wait.
    case wait(Duration)
}

extension StaffService {
    /// - Parameter address: where the request comes from, without its port
    /// - Throws: `RESOURCE_EXHAUSTED` when too many sign in at once.
    func signIn(name: String, password: String, address: String) async throws -> SignInAnswer {
        let key = StaffRules.key(of: String(name.prefix(64)))
        let begun = loop.clock.now()
        if let wait = throttle.withLock({ $0.begin(name: key, address: address, now: begun) }) { return .wait(wait) }
        do {
            let answer = try await check(name: name, password: password, address: address)
            if case .signedIn = answer { throttle.withLock { $0.succeeded(name: key, address: address) } }
            return answer
        } catch {
            throttle.withLock { $0.abandoned(name: key, address: address) }
            throw error
        }
    }

    private func check(name: String, password: String, address: String) async throws -> SignInAnswer {
        let account = try await loop.read { $0.accounts[StaffRules.key(of: name)] }
        guard try await passwords.matches(StaffRules.composed(password), account?.password), let account else {
            if let account { try await noteRefusal(account, "the password was wrong", address: address) }
            return .refused
        }
        guard !account.user.disabled else {
            try await noteRefusal(account, "the user is disabled", address: address)
            return .refused
        }
        let token = Secrets.token()
        let id = Secrets.hash(of: token)
        do {
            let session = try await loop.decide { core, now in
                let events = try core.signIn(
                    name: name, session: id, checkedAgainst: account.password, address: address, now: now)
                return Decision<StaffCore, StaffSession?>(events.map(\.new)) { $0.session(id, now: now) }
            }
            return session.map { .signedIn(token: token, $0) } ?? .refused
        } catch let error as ServiceError where error.code == .unauthenticated {
            return .refused
        }
    }

    private func noteRefusal(_ account: StaffCore.Account, _ reason: String, address: String) async throws {
        let refused = StaffV1.SignInRefused(name: account.user.name, reason: reason, address: address)
        try await loop.decide { _, _ in
            Decision<StaffCore, Void>([StaffV1.Event(kind: .signInRefused(refused)).new])
        }
    }

    /// Makes the first user, a manager, and signs them in.
    ///
    /// - Throws: `ALREADY_EXISTS` when there are users; `PERMISSION_DENIED` for a wrong token.
    func setUp(token: String, name: String, password: String, address: String) async throws -> SignInAnswer {
        guard try await setupToken() != nil else {
            throw ServiceError.alreadyExists("there are users already: sign in as one of them")
        }
        // Not throttled: 256 bits are not guessed.
        guard isFirstToken(token) else {
            throw ServiceError.permissionDenied(
                "this is not the token that the server printed at its start; a new start prints a new one")
        }
        try StaffRules.check(name: name)
        let hash = try await passwords.hash(StaffRules.checked(password: password, of: name))
        let session = Secrets.token()
        let id = Secrets.hash(of: session)
        let command = GivenCommand(user: name, action: "set up the staff", target: "user/\(name)")
        let begun = try await audited(command) {
            let session = try await loop.decide { core, now in
                let events = try core.setUp(name: name, password: hash, session: id, address: address, now: now)
                return Decision<StaffCore, StaffSession?>(events.map(\.new)) { $0.session(id, now: now) }
            }
            return (session, nil)
        }
        return begun.map { .signedIn(token: session, $0) } ?? .refused
    }

    func signOut(_ session: StaffSession) async throws {
        try await loop.decide { core, _ in
            Decision<StaffCore, Void>(core.signOut(session.id).map(\.new))
        }
    }

    /// A user's own new password; all their other sessions end.
    ///
    /// - Returns: nil when it is done, or why it is not
    func changePassword(
        of session: StaffSession, from current: String, to new: String, address: String
    ) async throws -> SignInAnswer? {
        let key = StaffRules.key(of: session.name)
        // A browser left open must not be a way to try passwords.
        let begun = loop.clock.now()
        if let wait = throttle.withLock({ $0.begin(name: key, address: address, now: begun) }) { return .wait(wait) }
        let hash: StaffV1.PasswordHash
        do {
            let new = try StaffRules.checked(password: new, of: session.name)
            let stored = try await loop.read { try $0.account(session.name).password }
            guard try await passwords.matches(StaffRules.composed(current), stored) else { return .refused }
            hash = try await passwords.hash(new)
        } catch {
            throttle.withLock { $0.abandoned(name: key, address: address) }
            throw error
        }
        throttle.withLock { $0.succeeded(name: key, address: address) }
        try await loop.decide { core, _ in
            let events = try core.changeUser(
                name: session.name, role: nil, disabled: nil, password: hash, staying: session.id)
            return Decision<StaffCore, Void>(events.map(\.new))
        }
        return nil
    }
}
