import HTTPTypes
import Hummingbird

/// What every answer of a server gets, whatever its route: over TLS, that browsers shall come by TLS from then on; after a
/// request for an upgrade, that the connection ends.
struct OuterResponder<Inner: HTTPResponder>: HTTPResponder {
    let inner: Inner
    let isSecure: Bool

    /// A year.
    private static var transportSecurity: String { "max-age=31536000" }

    func respond(to request: Request, context: Inner.Context) async throws -> Response {
        var response = try await inner.respond(to: request, context: context)
        if isSecure, let host = request.head.authority, Self.isName(host) {
            response.headers[.strictTransportSecurity] = Self.transportSecurity
        }
        if WebSocketHandshake.asksForUpgrade(request.head) { response.headers[.connection] = "close" }
        return response
    }

    /// Whether browsers keep the promise for this host alone: they ignore it for addresses, and "localhost" is shared by
    /// everything that runs on a person's machine.
    private static func isName(_ authority: String) -> Bool {
        let host = authority.prefix { $0 != ":" }.lowercased()
        let isAddress = authority.hasPrefix("[") || host.allSatisfy { $0.isNumber || $0 == "." }
        return !isAddress && host != "localhost" && !host.hasSuffix(".localhost")
    }
}
