public import APIs
import Kernel
public import Messages
public import Wire

extension StaffService {
    func users() async throws -> [StaffV1.User] {
        try await loop.read { $0.users }
    }

    func user(_ name: String) async throws -> StaffV1.User {
        try await loop.read { try $0.account(name).user }
    }

    /// - Parameter key: the caller's idempotency key; "" for none
    func addUser(name: String, role: StaffRole, password: String, key: String = "") async throws -> StaffV1.User {
        try StaffRules.check(name: name)
        let password = try await passwords.hash(StaffRules.checked(password: password, of: name))
        // Without the password: a key's digest is no password's hash.
        let request = StaffV1.AddUserRequest(name: name, role: role.message)
        return try await loop.decide(key: key.isEmpty ? nil : IdempotencyKey(key, request: request)) { core, _ in
            let events = try core.addUser(name: name, role: role, password: password)
            return Self.user(name, events)
        }
    }

    /// Changes what is not nil.
    ///
    /// - Parameter staying: the session that goes on although its user's password is changed
    func changeUser(
        name: String, role: StaffRole?, disabled: Bool?, password: String?, staying: String? = nil
    ) async throws -> StaffV1.User {
        var hash: StaffV1.PasswordHash?
        if let password { hash = try await passwords.hash(StaffRules.checked(password: password, of: name)) }
        let made = hash
        return try await loop.decide { core, _ in
            let events = try core.changeUser(
                name: name, role: role, disabled: disabled, password: made, staying: staying)
            return Self.user(name, events)
        }
    }

    /// - Parameter asker: the user who asks; nil for one who is none
    func removeUser(name: String, by asker: String?) async throws {
        try await loop.decide { core, _ in
            Decision<StaffCore, Void>(try core.removeUser(name: name, by: asker).map(\.new))
        }
    }

    private static func user(_ name: String, _ events: [StaffV1.Event]) -> Decision<StaffCore, StaffV1.User> {
        Decision(events.map(\.new)) { (try? $0.account(name).user) ?? StaffV1.User(name: name) }
    }
}

/// For those who have the data directory's certificates. Each command is in the audit log as theirs.
extension StaffService: StaffAPI {
    public func listUsers(
        _ request: StaffV1.ListUsersRequest, context: CallContext
    ) async throws -> StaffV1.ListUsersResponse {
        StaffV1.ListUsersResponse(users: try await users())
    }

    public func addUser(_ request: StaffV1.AddUserRequest, context: CallContext) async throws -> StaffV1.User {
        guard let role = StaffRole(request.role) else {
            throw ServiceError.invalidArgument("role is missing: it is viewer, clerk or manager")
        }
        let command = GivenCommand(
            user: Self.caller(context), action: "add user", target: "user/\(request.name)", detail: "role \(role.word)")
        return try await audited(command) {
            (try await addUser(name: request.name, role: role, password: request.password), nil)
        }
    }

    public func changeUser(_ request: StaffV1.ChangeUserRequest, context: CallContext) async throws -> StaffV1.User {
        let disabled: Bool? =
            switch request.disabled {
            case .on: true
            case .off: false
            case .unspecified, .unrecognized: nil
            }
        let change = UserChange(
            role: StaffRole(request.role), disabled: disabled,
            password: request.password.isEmpty ? nil : request.password)
        guard !change.isEmpty else {
            throw ServiceError.invalidArgument("nothing is to be changed: give a role, a password or disabled")
        }
        let command = GivenCommand(
            user: Self.caller(context), action: "change user", target: "user/\(request.name)", detail: change.text)
        return try await audited(command) {
            let user = try await changeUser(
                name: request.name, role: change.role, disabled: change.disabled, password: change.password)
            return (user, nil)
        }
    }

    public func removeUser(
        _ request: StaffV1.RemoveUserRequest, context: CallContext
    ) async throws -> StaffV1.RemoveUserResponse {
        let command = GivenCommand(
            user: Self.caller(context), action: "remove user", target: "user/\(request.name)")
        try await audited(command) {
            try await removeUser(name: request.name, by: nil)
            return ((), nil)
        }
        return StaffV1.RemoveUserResponse()
    }

    /// "service/tools": no user's name has a '/'.
    private static func caller(_ context: CallContext) -> String {
        context.peer.map { "\($0.kind.rawValue)/\($0.id)" } ?? "this process"
    }
}

/// What is to be changed about a user, for the audit log too.
struct UserChange: Sendable {
    var role: StaffRole?
    var disabled: Bool?
    var password: String?

    var isEmpty: Bool { role == nil && disabled == nil && password == nil }

    /// "role clerk, new password".
    var text: String {
        var parts: [String] = []
        if let role { parts.append("role \(role.word)") }
        if let disabled { parts.append(disabled ? "disabled" : "enabled") }
        if password != nil { parts.append("new password") }
        return parts.joined(separator: ", ")
    }
}
