import Messages
import Wire

// Doing wrong on request, if the router allows it.
extension InteropService {
    /// How long a call goes on behind the `GoAway` that it asked for, so that its answer comes after it.
    private static let goAwayPause = Duration.milliseconds(200)
    private static let goAwayGrace = Duration.seconds(10)
    private static let reconnectAfter = Duration.milliseconds(100)

    static func listFaults(_ context: CallContext) {
        guard CallFaults.current != nil, context.metadata[InteropFault.key] == InteropFault.list else { return }
        let names = InteropFault.allCases.map(\.rawValue).joined(separator: ",")
        context.response.initial.append(names, for: InteropFault.listKey)
    }

    /// The means, if the call asks for this fault.
    static func faults(_ context: CallContext, _ fault: InteropFault) -> CallFaults? {
        context.metadata[InteropFault.key] == fault.rawValue ? CallFaults.current : nil
    }

    static func misbehave(unary answer: InteropV1.UnaryResponse, _ context: CallContext) async throws {
        guard let faults = CallFaults.current, let name = context.metadata[InteropFault.key] else { return }
        switch InteropFault(rawValue: name) {
        case .goAway:
            faults.goAway(
                "a fault on request: goaway", reconnectAfter: Self.reconnectAfter, grace: Self.goAwayGrace)
            try await Task.sleep(for: Self.goAwayPause)
        case .resetAfterHeader:
            context.response.initial.append(name, for: InteropFault.key)
            faults.sendHeaders()
            try await breakOff(context)
        case .resetAfterData:
            try await faults.answer(answer)
            try await breakOff(context)
        case .resetWithoutCode: try await faults.reset(.ok, "")
        case .cut: try await faults.cut()
        case .resetDuringData, nil: break
        }
    }

    static func misbehave(duplex context: CallContext) async throws {
        try await faults(context, .cut)?.cut()
    }

    static func breakOff(_ context: CallContext) async throws {
        let name = context.metadata[InteropFault.key] ?? ""
        try await CallFaults.current?.reset(.aborted, "a fault on request: \(name)")
    }
}
