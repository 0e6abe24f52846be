import Hummingbird
import Kernel
import Messages
import Web

/// Users, by managers, and what users have commanded.
struct UserRoutes: Sendable {
    let staff: StaffService
    let limits: WebLimits

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/users", use: list)
        routes.command(.post, "/api/v1/users", use: addUser)
        routes.command(.patch, "/api/v1/users/{name}", use: change)
        routes.command(.delete, "/api/v1/users/{name}", use: remove)
        routes.read("/api/v1/audit", use: audit)
    }

    @Sendable func list(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        return try Response(UserListDocument(users: await staff.users().map(UserDocument.init)))
    }

    @Sendable func addUser(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let key = try request.idempotencyKey("staff", "users")
        var fields = try await request.fields(limits: limits)
        let name = fields.text("name", required: true, maximum: 64)
        let role = Self.role(&fields, required: true)
        let password = fields.text("password", required: true, maximum: 512)
        try fields.finish()
        guard let role else { throw Problem.invalid([.init(field: "role", message: "is missing")]) }
        return StaffCommand("user/\(name)", detail: "role \(role.word)") { [staff] in
            let user = try await staff.addUser(name: name, role: role, password: password, key: key)
            return try Response(UserDocument(user), status: .created, location: "/api/v1/users/\(user.name)")
        }
    }

    @Sendable func change(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let name = try context.text("name")
        var fields = try await request.fields(limits: limits)
        let change = UserChange(
            role: Self.role(&fields, required: false), disabled: fields.flag("disabled"),
            password: fields.optionalText("password", maximum: 512))
        try fields.finish()
        guard !change.isEmpty else {
            throw Problem.invalid([.init(field: "role", message: "or 'disabled' or 'password' must be given")])
        }
        return StaffCommand("user/\(name)", detail: change.text) { [staff] in
            let user = try await staff.changeUser(
                name: name, role: change.role, disabled: change.disabled, password: change.password,
                staying: session.id)
            return try Response(UserDocument(user))
        }
    }

    @Sendable func remove(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let name = try context.text("name")
        return StaffCommand("user/\(name)") { [staff] in
            try await staff.removeUser(name: name, by: session.name)
            return Response(status: .noContent)
        }
    }

    private static func role(_ fields: inout Fields, required: Bool) -> StaffRole? {
        let word =
            required ? fields.text("role", required: true, maximum: 32) : fields.optionalText("role", maximum: 32)
        guard let word, !word.isEmpty || !required else { return nil }
        if let role = StaffRole(word: word) { return role }
        fields.refuse("role", "is one of " + StaffRole.allCases.map(\.word).joined(separator: ", "))
        return nil
    }

    @Sendable func audit(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response
    {
        try request.onlyQuery("user", "target", "page_size", "page_token")
        var before: UInt64?
        if let token = request.queryText("page_token"), !token.isEmpty {
            guard let position = UInt64(token), position > 0 else {
                throw Problem.invalid([.init(field: "page_token", message: "is not one that this path gave")])
            }
            before = position
        }
        let query = AuditQuery(
            user: request.queryText("user")?.nonEmpty, target: request.queryText("target")?.nonEmpty, before: before,
            limit: Int(try request.queryInteger("page_size", in: 1...200) ?? 50))
        let page = try await AuditTrail(stream: staff.loop.stream).page(query)
        return try Response(
            AuditPageDocument(
                entries: page.entries.map(AuditEntryDocument.init), nextPageToken: page.next.map { "\($0)" }))
    }
}
