import Kernel
import Messages
import Testing

@testable import StaffGateway

struct SessionTests {
    @Test func aSessionIsOfItsUser() throws {
        let history = try CoreHistory()
        let session = try #require(history.core.session("carl", now: history.now))
        #expect(session.name == "Carl")
        #expect(session.role == .clerk)
        #expect(session.ends - history.now == .seconds(12 * 3600))
        #expect(history.core.session("other", now: history.now) == nil)
    }

    @Test func aSessionEndsAfterTwelveHours() throws {
        var history = try CoreHistory()
        history.pass(.seconds(12 * 3600) - .milliseconds(1))
        #expect(history.isOpen("carl"))
        #expect(history.core.due(history.now).isEmpty)
        history.pass(.milliseconds(1))
        #expect(!history.isOpen("carl"), "also before the event that says so")
        #expect(history.core.nextDeadline(after: history.now) == history.now)
        let due = history.core.due(history.now).map(\.event)
        #expect(due.endedSessions == ["anna", "berta", "carl", "vera"])
        history.take(due)
        #expect(history.core.nextDeadline(after: history.now) == nil)
    }

    @Test func signingOutEndsOneSession() throws {
        var history = try CoreHistory()
        try history.signIn("Carl", "carl-2")
        history.take(history.core.signOut("carl"))
        #expect(!history.isOpen("carl"))
        #expect(history.isOpen("carl-2"))
        #expect(history.core.signOut("carl").isEmpty, "a second time is nothing")
    }

    @Test func aPasswordCheckedAMomentAgoMayBeOld() throws {
        var history = try CoreHistory()
        history.take(
            try history.core.changeUser(name: "Carl", role: nil, disabled: nil, password: CoreHistory.otherHash))
        #expect(throws: ServiceError.self) { try history.signIn("Carl", "late") }
        history.take(try history.core.changeUser(name: "Vera", role: nil, disabled: true, password: nil))
        #expect(throws: ServiceError.self) { try history.signIn("Vera", "late") }
    }

    @Test func aUserHasSixteenSessionsAtMost() throws {
        var history = try CoreHistory()
        for number in 1...StaffCore.sessionsPerUser {
            history.pass(.seconds(1))
            try history.signIn("Carl", "carl-\(number)")
        }
        #expect(!history.isOpen("carl"), "the oldest has ended")
        #expect(history.core.sessions(of: "Carl").count == StaffCore.sessionsPerUser)
        #expect(history.isOpen("carl-1"))
    }
}
