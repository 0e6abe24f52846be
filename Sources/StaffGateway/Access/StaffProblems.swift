import HTTPTypes
import Web

extension Problem {
    static let unauthenticated = Problem(
        kind: "unauthenticated", status: .unauthorized, title: "Sign in first",
        detail: "There is no session, or it has ended: sign in with POST /api/v1/session.")

    /// - Parameter role: the lowest that may
    static func forbidden(_ role: StaffRole) -> Problem {
        let needed = role == .manager ? "a manager" : "a \(role.word) or more"
        return Problem(
            kind: "forbidden", status: .forbidden, title: "Your role does not allow this",
            detail: "This takes \(needed); have one do it, or ask a manager for the role.")
    }

    static let crossSite = Problem(
        kind: "cross-site", status: .forbidden, title: "Another site's page has sent this",
        detail: "Requests that change something, and sockets, are taken from the gateway's own pages only.")

    static let wrongPassword = Problem(
        kind: "wrong-password", status: .unauthorized, title: "Name or password is wrong",
        detail: "Check both and try again; a manager can set a new password.")

    /// - Parameter wait: until the next try is looked at
    static func tooManyTries(_ wait: Duration) -> Problem {
        // Rounded up: whoever comes back too early is sent away again.
        let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
        return Problem(
            kind: "too-many-tries", status: .tooManyRequests, title: "Too many wrong passwords",
            detail: "Wait \(seconds) s, then try again.", headers: [.retryAfter: "\(seconds)"])
    }
}
