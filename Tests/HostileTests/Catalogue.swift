import Messages
import Testing

@testable import Wire

/// One thing that a hostile peer does, and what must come of it.
struct HostileCase: CustomTestStringConvertible, Sendable {
    /// Who dies.
    enum Outcome: Sendable {
        /// The connection, for this reason; the peer is told this code.
        case connection(WireRefusal, WireV1.Code)
        /// One call of the victim's, with this code, and perhaps a reason that is counted; the connection goes on.
        case call(UInt32, WireV1.Code, WireRefusal?)
        /// Nobody: it is allowed, or not worth an answer.
        case nobody
        /// The connection, in order and for no fault that a peer is told of: idle, drained, said goodbye.
        case closed([WireRefusal])
    }

    let name: String
    let role: ConnectionMachine.Role
    var limits = WireLimits()
    /// Whether the attack begins behind the peer's Hello.
    var isGreeted = true
    let outcome: Outcome
    let attack: @Sendable (inout Victim) -> Void
    /// What else must be true afterwards.
    var check: @Sendable (Victim) -> Bool = { _ in true }

    var testDescription: String { "\(role): \(name)" }
}

/// All cases, by family. `server` and `client` say who is attacked.
struct Catalogue {
    typealias Attack = @Sendable (inout Victim) -> Void
    typealias Check = @Sendable (Victim) -> Bool
    typealias Entry = WireV1.MetadataEntry

    private(set) var cases: [HostileCase] = []

    static let all: [HostileCase] = {
        var catalogue = Catalogue()
        catalogue.framing()
        catalogue.encoding()
        catalogue.hello()
        catalogue.opens()
        catalogue.ids()
        catalogue.messages()
        catalogue.late()
        catalogue.credit()
        catalogue.metadata()
        catalogue.statusAndReset()
        catalogue.pingAndGoAway()
        catalogue.ends()
        catalogue.time()
        catalogue.sizes()
        return catalogue.cases
    }()

    mutating func server(
        _ name: String, _ outcome: HostileCase.Outcome, limits: (inout WireLimits) -> Void = { _ in },
        greeted: Bool = true,
        _ attack: @escaping Attack, check: @escaping Check = { _ in true }
    ) {
        add(.server, name, outcome, limits, greeted, attack, check)
    }

    /// The client has call 1 open before the attack, unless it is not greeted.
    mutating func client(
        _ name: String, _ outcome: HostileCase.Outcome, limits: (inout WireLimits) -> Void = { _ in },
        greeted: Bool = true,
        _ attack: @escaping Attack, check: @escaping Check = { _ in true }
    ) {
        add(.client, name, outcome, limits, greeted, attack, check)
    }

    private mutating func add(
        _ role: ConnectionMachine.Role, _ name: String, _ outcome: HostileCase.Outcome,
        _ change: (inout WireLimits) -> Void, _ greeted: Bool, _ attack: @escaping Attack, _ check: @escaping Check
    ) {
        var limits = WireLimits()
        change(&limits)
        cases.append(
            HostileCase(
                name: name, role: role, limits: limits, isGreeted: greeted, outcome: outcome, attack: attack,
                check: check))
    }

    static let violation = HostileCase.Outcome.connection(.protocolViolation, .internal)
    static let badFrame = HostileCase.Outcome.connection(.badFrame, .internal)
    static let noCredit = HostileCase.Outcome.connection(.credit, .resourceExhausted)
    static let tooLong = HostileCase.Outcome.connection(.frameTooLong, .resourceExhausted)
    static let controls = HostileCase.Outcome.connection(.tooManyControlFrames, .resourceExhausted)
}
