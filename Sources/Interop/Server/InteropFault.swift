import Wire

/// What a server does wrong on purpose, for a call that asks for it in its metadata. docs/interop.md has what each is.
public enum InteropFault: String, Hashable, Sendable, CaseIterable {
    case goAway = "goaway"
    case resetAfterHeader = "reset-after-header"
    case resetDuringData = "reset-during-data"
    case resetAfterData = "reset-after-data"
    case resetWithoutCode = "reset-without-code"
    case cut

    /// The metadata key of the fault that a call asks for.
    static let key = "x-mallbots-fault"
    /// In place of a fault: which ones are there?
    static let list = "list"
    /// The metadata key of the answer to that.
    static let listKey = "x-mallbots-faults"

    /// The metadata of a call that asks for this fault.
    var metadata: Metadata { [Self.key: rawValue] }

    /// The faults in an answer to `list`; those that are unknown here are left out.
    static func parse(_ list: String) -> Set<InteropFault> {
        Set(list.split(separator: ",").compactMap { InteropFault(rawValue: String($0)) })
    }
}

/// The metadata keys of what a server sends back as it came.
enum EchoKey {
    static let initial = "x-mallbots-echo-initial"
    static let trailing = "x-mallbots-echo-trailing-bin"
}
