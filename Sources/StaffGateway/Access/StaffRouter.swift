import HTTPTypes
import Hummingbird
import Web

/// What a route wants done, once it has read and checked its request.
struct StaffCommand: Sendable {
    /// What it is about: "order/o-7k3v9".
    var target: String
    /// What else was asked for, for the audit log; never a password.
    var detail = ""
    /// Does it. Also says what it made, "store/s-12", when the command could not know.
    var perform: @Sendable () async throws -> (Response, made: String?)

    init(_ target: String, detail: String = "", perform: @escaping @Sendable () async throws -> Response) {
        self.init(target, detail: detail) { (try await perform(), made: nil) }
    }

    init(
        _ target: String, detail: String = "",
        making perform: @escaping @Sendable () async throws -> (Response, made: String?)
    ) {
        self.target = target
        self.detail = detail
        self.perform = perform
    }
}

/// The only way to add a route: it looks up who may use it, and has it used by nobody else.
///
/// A route that is not in ``AccessTable`` stops the program when it is added, at its start, and so does one whose entry
/// is of another kind. Commands are in the audit log, done or refused.
struct StaffRouter {
    typealias Open = @Sendable (Request, StaffContext) async throws -> Response
    typealias Reading = @Sendable (Request, StaffContext, StaffSession) async throws -> Response
    typealias Commanding = @Sendable (Request, StaffContext, StaffSession) async throws -> StaffCommand

    let router: Router<StaffContext>
    let admission: Admission

    /// A route that needs no session.
    func open(_ method: HTTPRequest.Method, _ path: String, use handler: @escaping Open) {
        let rule = rule(method, path)
        precondition(rule.role == nil && rule.command == nil, "\(method) \(path) is not open in the access table")
        let admission = admission
        router.on(RouterPath(path), method: method) { request, context in
            if method != .get { try admission.checkSite(request.head) }
            return try await handler(request, context)
        }
    }

    /// A route that changes nothing.
    func read(_ path: String, use handler: @escaping Reading) {
        let rule = rule(.get, path)
        guard let role = rule.role, rule.command == nil else {
            preconditionFailure("GET \(path) needs a role and no command in the access table")
        }
        let admission = admission
        router.on(RouterPath(path), method: .get) { request, context in
            let session = try await admission.session(of: request.head, atLeast: role)
            return try await handler(request, context, session)
        }
    }

    /// A route that changes something: `handler` reads what is wanted, and what it returns is then done.
    func command(_ method: HTTPRequest.Method, _ path: String, use handler: @escaping Commanding) {
        let rule = rule(method, path)
        guard let role = rule.role, let action = rule.command, method != .get else {
            preconditionFailure("\(method) \(path) needs a role and a command in the access table")
        }
        let admission = admission
        router.on(RouterPath(path), method: method) { request, context in
            try admission.checkSite(request.head)
            let session = try await admission.session(of: request.head, atLeast: .viewer)
            guard session.role >= role else {
                let problem = Problem.forbidden(role)
                let given = GivenCommand(
                    user: session.name, action: action, target: CommandTarget.of(path: request.uri.path))
                try await admission.staff.noteRefused(given, problem.detail)
                throw problem
            }
            let command = try await handler(request, context, session)
            let given = GivenCommand(
                user: session.name, action: action, target: command.target, detail: command.detail)
            return try await admission.staff.audited(given, command.perform)
        }
    }

    /// A socket. It is opened before the router sees it, by its own admission; here it is for requests that open none.
    func socket(_ socket: WebSocketRoute) {
        read(socket.path) { request, _, _ in try await socket.refuse(request.head) }
    }

    private func rule(_ method: HTTPRequest.Method, _ path: String) -> AccessRule {
        guard let rule = AccessTable.rules[Route(method: method, path: path)] else {
            preconditionFailure("\(method) \(path) is not in the access table: say there who may use it")
        }
        return rule
    }
}
