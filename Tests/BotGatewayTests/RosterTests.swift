import Messages
import Testing
import Wire

@testable import BotGateway

@Suite struct RosterTests {
    private static func event(_ kind: DepotV1.Event.Kind) -> DepotV1.Event { DepotV1.Event(kind: kind) }

    private static let registered = DepotV1.Event.Kind.botRegistered(.init(botID: "b-1", capacityUnits: 4))
    private static let retiring = DepotV1.Event.Kind.botRetiring(.init(botID: "b-1", reason: "old"))
    private static let retired = DepotV1.Event.Kind.botRetired(.init(botID: "b-1"))
    private static let reinstated = DepotV1.Event.Kind.botReinstated(.init(botID: "b-1"))
    private static let lost = DepotV1.Event.Kind.botLost(.init(botID: "b-1", reason: "fell into the fountain"))

    @Test(
        arguments: [
            // What Depot's log says of b-1, who may come then, and what it is told otherwise.
            (.open, [], nil),
            (.open, [registered], nil),
            (.open, [registered, retiring], nil),
            (.open, [registered, retiring, retired], "retired"),
            (.open, [registered, retired, registered], "retired"),
            (.open, [registered, retired, reinstated], nil),
            (.open, [registered, lost], nil),
            (.closed, [], "not in the roster"),
            (.closed, [registered], nil),
            (.closed, [registered, retiring], nil),
            (.closed, [registered, retired], "retired"),
            (.closed, [registered, retired, reinstated], nil),
            (.closed, [registered, lost], nil),
            (.closed, [.botOnline(.init(botID: "b-1", session: 1))], "not in the roster"),
        ] as [(RosterPolicy, [DepotV1.Event.Kind], String?)])
    func whoMayCome(policy: RosterPolicy, history: [DepotV1.Event.Kind], why: String?) {
        var roster = Roster(policy: policy)
        for kind in history { _ = roster.apply(Self.event(kind)) }
        let refusal = roster.refusal(of: "b-1")
        #expect(refusal?.code == (why == nil ? nil : .permissionDenied))
        if let why {
            #expect(refusal?.message.contains("'b-1'") == true && refusal?.message.contains(why) == true)
            #expect(refusal?.message.contains("mallbots fleet register b-1") == true, "it says what to do")
        }
        // Another robot is another matter.
        #expect((roster.refusal(of: "b-2") == nil) == (policy == .open))
    }

    @Test func onlyACompletedRetirementSendsARobotAway() {
        var roster = Roster(policy: .open)
        let history = [Self.registered, Self.retiring, Self.lost, Self.retired, Self.reinstated]
        let sentAway = history.map { roster.apply(Self.event($0)) }
        #expect(sentAway == [nil, nil, nil, "b-1", nil])
    }

    @Test func itComesBackFromItsRecord() {
        var roster = Roster(policy: .closed)
        for bot in ["b-3", "b-1", "b-2"] {
            _ = roster.apply(Self.event(.botRegistered(.init(botID: bot, capacityUnits: 1))))
        }
        _ = roster.apply(Self.event(Self.retired))
        #expect(roster.names(.registered) == ["b-2", "b-3"] && roster.names(.retired) == ["b-1"])
        var again = Roster(policy: .closed)
        again.restore(registered: roster.names(.registered), retired: roster.names(.retired))
        #expect(again == roster)
    }
}
