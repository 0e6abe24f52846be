public import Kernel

/// A user who has signed in.
public struct StaffSession: Sendable, Hashable {
    /// The hash of the token that the user's browser has: what the session is known by. Not for browsers.
    public let id: String
    /// The user's name.
    public let name: String
    /// As it is when the session is looked up; see ``StaffService/changes(of:)``.
    public let role: StaffRole
    /// When it ends, whatever its user does.
    public let ends: Timestamp
}

/// What becomes of a session.
public enum StaffSessionChange: Sendable, Hashable {
    /// Its user has another role from now on.
    case role(StaffRole)
    /// It has ended; why, for people. Nothing more follows.
    case ended(String)
}
