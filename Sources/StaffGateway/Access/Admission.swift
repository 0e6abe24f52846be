import HTTPTypes
import Web

/// Lets requests in: by the site they come from, the session they carry, and its user's role.
struct Admission: Sendable {
    let staff: StaffService
    /// The pages come over HTTPS.
    let secure: Bool

    /// The session of a request that may change nothing, or of one whose site was checked.
    ///
    /// - Throws: a `Problem`: 401 without a session, 403 when its user has a lower role.
    func session(of head: HTTPRequest, atLeast role: StaffRole) async throws -> StaffSession {
        guard let token = SessionCookie.token(in: head.headerFields),
            let session = try await staff.session(token: token)
        else { throw Problem.unauthenticated }
        guard session.role >= role else { throw Problem.forbidden(role) }
        return session
    }

    /// The session that a WebSocket is opened in, before the upgrade: `StaffService.changes(of:)` tells when it ends.
    ///
    /// - Throws: a `Problem`: 401 without a session, 403 for a request from another site.
    func session(ofSocket head: HTTPRequest) async throws -> StaffSession {
        try checkSite(head)
        return try await session(of: head, atLeast: .viewer)
    }

    /// Refuses what another site's page has sent. A client that is no browser says nothing, and has no cookie of a
    /// browser's user that could be misused.
    ///
    /// - Throws: a `Problem`, 403.
    func checkSite(_ head: HTTPRequest) throws(Problem) {
        if let site = head.headerFields[.secFetchSite]?.lowercased(), site != "same-origin", site != "none" {
            throw .crossSite
        }
        guard let origin = head.headerFields[.origin] else { return }
        guard let authority = head.authority, Self.is(origin, of: authority, secure: secure) else { throw .crossSite }
    }

    /// Whether an Origin is that of the host that was asked. Behind a proxy the page's scheme is the proxy's.
    static func `is`(_ origin: String, of authority: String, secure: Bool) -> Bool {
        let parts = origin.lowercased().split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty else { return false }
        let host: String
        switch parts[0] {
        case "https:": host = Self.without(":443", parts[2])
        case "http:" where !secure: host = Self.without(":80", parts[2])
        default: return false
        }
        let port = parts[0] == "https:" ? ":443" : ":80"
        return host == Self.without(port, Substring(authority.lowercased()))
    }

    private static func without(_ port: String, _ host: Substring) -> String {
        String(host.hasSuffix(port) ? host.dropLast(port.count) : host)
    }
}

extension HTTPField.Name {
    // Safe because it is a token.
    static var secFetchSite: HTTPField.Name { HTTPField.Name("Sec-Fetch-Site")! }
}
