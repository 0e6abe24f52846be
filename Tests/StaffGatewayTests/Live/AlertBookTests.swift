import Kernel
import Messages
import Testing

@testable import StaffGateway

@Suite struct AlertBookTests {
    private struct Desk {
        var book = AlertBook(AlertRules())
        var board = TopicBoard()
        var now = Make.now

        mutating func note(_ entity: LiveEntity) {
            switch entity {
            case .bot(let bot): book.note(bot, at: now, on: &board)
            case .order(let order): book.note(order, at: now, on: &board)
            default: break
            }
        }

        mutating func wait(_ duration: Duration) {
            now = now + duration
            book.tick(at: now, on: &board)
        }

        var shown: [String] {
            board.present.compactMap { entity in
                if case .alert(let alert) = entity { "\(alert.alertId) \(alert.severity)" } else { nil }
            }.sorted()
        }
    }

    @Test(arguments: [
        (Make.bot("b", .faulted, fault: "motor"), ["fault/b critical"]),
        (Make.bot("b", .lost, fault: "motor"), ["lost/b critical"]),
        (Make.bot("b", .retired, fault: "motor"), []),
        (Make.bot("b", .working, task: "l/1"), []),
    ])
    func whatIsWrongAtOnceIsAlertedAtOnce(_ bot: LiveEntity, _ expected: [String]) {
        var desk = Desk()
        desk.note(bot)
        #expect(desk.shown == expected)
        desk.note(Make.bot("b"))
        #expect(desk.shown.isEmpty, "and it ends with its cause")
    }

    @Test func aSilentRobotIsAlertedAfterAWhileAndAsCriticalWithATask() {
        var desk = Desk()
        desk.note(Make.bot("b", .offline))
        desk.note(Make.bot("c", .offline, task: "l/1"))
        desk.wait(.seconds(29))
        #expect(desk.shown.isEmpty)
        desk.wait(.seconds(1))
        #expect(desk.shown == ["offline/b warning", "offline/c critical"])
        let head = desk.board.head
        desk.note(Make.bot("b", .offline))
        desk.wait(.seconds(3_000))
        #expect(desk.board.head == head, "the same is no change")
        desk.note(Make.bot("b"))
        desk.note(Make.bot("b", .offline))
        #expect(desk.shown == ["offline/c critical"], "a new silence counts anew")
    }

    @Test func oneThatHasNeverBeenHereIsNotMissed() {
        var desk = Desk()
        desk.note(.bot(DepotV1.Bot(botID: "new", state: .offline)))
        desk.wait(.seconds(3_600))
        #expect(desk.shown.isEmpty && desk.book.due == nil)
    }

    @Test func custodyIsAlerted() {
        var desk = Desk()
        desk.note(.bot(DepotV1.Bot(botID: "b", state: .idle, online: true, session: 1, custodyTaskID: "l/1")))
        #expect(desk.shown == ["custody/b warning"])
    }

    @Test func anOrderIsOverdueByTheTimeThatItWasPlaced() {
        var desk = Desk()
        desk.now = Make.now + .seconds(29 * 60)
        desk.note(Make.order("o", .approved))
        #expect(desk.shown.isEmpty)
        desk.wait(.seconds(60))
        #expect(desk.shown == ["overdue/o warning"])
        desk.wait(.seconds(30 * 60))
        #expect(desk.shown == ["overdue/o critical"])
        desk.note(Make.order("o", .ready))
        #expect(desk.shown == ["unpaid/o warning"], "it was ready an hour ago")
        desk.note(Make.order("o", .ready, paid: true))
        #expect(desk.shown.isEmpty)
    }

    @Test func sinceIsWhenItBecameAnAlert() throws {
        var desk = Desk()
        desk.note(Make.order("o", .approved))
        desk.wait(.seconds(40 * 60))
        guard case .alert(let alert)? = desk.board.present.first else { throw CancellationError() }
        #expect(alert.since == "2023-11-14T22:43:20.000Z")
        #expect(alert.subject == Alert.Subject(type: .order, id: "o"))
    }

    @Test func whatIsNotThereAnyMoreHasNoAlerts() {
        var desk = Desk()
        desk.note(Make.bot("a", .lost))
        desk.note(Make.bot("b", .lost))
        desk.book.keep(.bot, ["b"], at: desk.now, on: &desk.board)
        #expect(desk.shown == ["lost/b critical"])
    }
}
