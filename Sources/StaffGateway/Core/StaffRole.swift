public import Messages

/// What a user may do: each role all that the ones before it may.
public enum StaffRole: Int, Sendable, Hashable, Comparable, CaseIterable {
    case viewer = 1
    case clerk
    case manager

    public static func < (one: StaffRole, other: StaffRole) -> Bool { one.rawValue < other.rawValue }

    /// As the API and the command line name it: "clerk".
    public var word: String {
        switch self {
        case .viewer: "viewer"
        case .clerk: "clerk"
        case .manager: "manager"
        }
    }

    /// Nil for what is no role's word.
    public init?(word: String) {
        guard let role = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = role
    }

    /// Nil for an unspecified one.
    public init?(_ role: StaffV1.Role) {
        switch role {
        case .viewer: self = .viewer
        case .clerk: self = .clerk
        case .manager: self = .manager
        case .unspecified, .unrecognized: return nil
        }
    }

    /// As messages have it.
    public var message: StaffV1.Role {
        switch self {
        case .viewer: .viewer
        case .clerk: .clerk
        case .manager: .manager
        }
    }
}
