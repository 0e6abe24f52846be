import ArgumentParser
import Messages

/// A robot's state as it is written on the command line: "working".
struct BotStateName: ExpressibleByArgument {
    let state: DepotV1.BotState

    private static let names: [(String, DepotV1.BotState)] = [
        ("offline", .offline), ("idle", .idle), ("waiting", .waiting), ("working", .working), ("faulted", .faulted),
        ("paused", .paused), ("retired", .retired), ("lost", .lost),
    ]

    init?(argument: String) {
        guard let known = Self.names.first(where: { $0.0 == argument.lowercased() }) else { return nil }
        state = known.1
    }

    static var allValueStrings: [String] { names.map(\.0) }

    /// The word for a state.
    static func word(_ state: DepotV1.BotState) -> String {
        names.first { $0.1 == state }?.0 ?? state.name.lowercased()
    }
}

/// A task's state as it is written on the command line: "in-custody".
struct TaskStateName: ExpressibleByArgument {
    let state: DepotV1.TaskState

    private static let names: [(String, DepotV1.TaskState)] = [
        ("queued", .queued), ("assigned", .assigned), ("accepted", .accepted), ("shopping", .shopping),
        ("returning", .returning), ("in-custody", .inCustody), ("delivered", .delivered), ("canceled", .canceled),
    ]

    /// Those in which a task has not ended.
    static let open = names.map(\.1).filter { $0 != .delivered && $0 != .canceled }

    init?(argument: String) {
        guard let known = Self.names.first(where: { $0.0 == argument.lowercased() }) else { return nil }
        state = known.1
    }

    static var allValueStrings: [String] { names.map(\.0) }

    /// The word for a state.
    static func word(_ state: DepotV1.TaskState) -> String {
        names.first { $0.1 == state }?.0 ?? state.name.lowercased()
    }
}
