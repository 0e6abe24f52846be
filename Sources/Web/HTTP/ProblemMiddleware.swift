import HTTPTypes
package import Hummingbird
import Logging
import Messages
import Synchronization

/// Turns whatever a route throws into a problem document, and gives every answer the headers of an API.
package struct ProblemMiddleware<Context: WebContext>: RouterMiddleware {
    /// Filled once all routes are known.
    package let table: RouteTableBox

    package init(table: RouteTableBox) {
        self.table = table
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let problem = problem(for: error, request: request, context: context)
            if problem.headers[.connection] == "close" { context.closeSoon() }
            response = problem.response()
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        // An answer that a browser is made to show as a page loads and runs nothing.
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        return response
    }

    private func problem(for error: any Error, request: Request, context: Context) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let status as any StatusConvertible:
            if let problem = Problem(status: status) { return problem }
        case let error as HTTPError where error.status == .notFound:
            return notFound(request)
        default: break
        }
        context.logger.error(
            "request failed",
            metadata: [
                "http.method": "\(request.method)", "http.path": "\(request.uri.path)", "error": "\(error)",
            ])
        return .internal(requestID: context.id)
    }

    private func notFound(_ request: Request) -> Problem {
        let path = request.uri.path
        let allowed = table.value.methods(at: path)
        return allowed.isEmpty
            ? .noRoute(path) : .methodNotAllowed(request.method.rawValue, path: path, allowed: allowed)
    }
}

/// The route table, which exists only once the middleware that needs it has been added to the router.
package final class RouteTableBox: Sendable {
    private let table = Mutex<RouteTable?>(nil)

    package init() {}

    package var value: RouteTable {
        get { table.withLock { $0 } ?? RouteTable(routes: []) }
        set { table.withLock { $0 = newValue } }
    }
}
