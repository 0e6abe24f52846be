import APIs
import HTTPTypes
import Hummingbird
import Kernel
import Messages
import Web

/// Signing in and out, and the first user.
struct SessionRoutes: Sendable {
    let staff: StaffService
    let shop: Shop
    let admission: Admission

    func add(to routes: StaffRouter) {
        routes.open(.get, "/api/v1/session", use: show)
        routes.open(.post, "/api/v1/session", use: signIn)
        routes.open(.post, "/api/v1/setup", use: setUp)
        routes.command(.delete, "/api/v1/session", use: signOut)
        routes.command(.put, "/api/v1/session/password", use: changePassword)
    }

    @Sendable func show(_ request: Request, _ context: StaffContext) async throws -> Response {
        try request.onlyQuery()
        var session: StaffSession?
        if let token = SessionCookie.token(in: request.headers) { session = try await staff.session(token: token) }
        return try Response(await document(session))
    }

    private func document(_ session: StaffSession?) async throws -> SessionDocument {
        let mall = try await shop.depot.getMall(DepotV1.GetMallRequest(), context: shop.call())
        return SessionDocument(
            user: session.map { SessionDocument.User(name: $0.name, role: $0.role.word) },
            needsSetup: try await staff.setupToken() != nil, mallName: mall.name, currencyCode: shop.currency,
            serverTime: timeText(staff.loop.clock.now().unixMs))
    }

    @Sendable func signIn(_ request: Request, _ context: StaffContext) async throws -> Response {
        var fields = try await request.fields(limits: shop.limits)
        let name = fields.text("name", required: true, maximum: 64)
        let password = fields.text("password", required: true, maximum: 512)
        try fields.finish()
        return try await answer(
            await staff.signIn(name: name, password: password, address: context.clientAddress), status: .ok)
    }

    @Sendable func setUp(_ request: Request, _ context: StaffContext) async throws -> Response {
        var fields = try await request.fields(limits: shop.limits)
        let token = fields.text("token", required: true, maximum: 128)
        let name = fields.text("name", required: true, maximum: 64)
        let password = fields.text("password", required: true, maximum: 512)
        try fields.finish()
        return try await answer(
            await staff.setUp(token: token, name: name, password: password, address: context.clientAddress),
            status: .created)
    }

    private func answer(_ answer: SignInAnswer, status: HTTPResponse.Status) async throws -> Response {
        switch answer {
        case .refused: throw Problem.wrongPassword
        case .wait(let wait): throw Problem.tooManyTries(wait)
        case .signedIn(let token, let session):
            var response = try Response(await document(session), status: status)
            response.headers[.setCookie] = SessionCookie.set(
                token, seconds: StaffCore.sessionLength.components.seconds, secure: admission.secure)
            return response
        }
    }

    @Sendable func signOut(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        StaffCommand("user/\(session.name)") { [staff, admission] in
            try await staff.signOut(session)
            return Response(
                status: .noContent, headers: [.setCookie: SessionCookie.clear(secure: admission.secure)])
        }
    }

    @Sendable func changePassword(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        var fields = try await request.fields(limits: shop.limits)
        let current = fields.text("current_password", required: true, maximum: 512)
        let new = fields.text("new_password", required: true, maximum: 512)
        try fields.finish()
        let address = context.clientAddress
        return StaffCommand("user/\(session.name)") { [staff] in
            switch try await staff.changePassword(of: session, from: current, to: new, address: address) {
            case nil, .signedIn: return Response(status: .noContent)
            case .wait(let wait): throw Problem.tooManyTries(wait)
            case .refused:
                // Not 401: the session is good.
                throw Problem.invalid([.init(field: "current_password", message: "is not the user's password")])
            }
        }
    }
}
