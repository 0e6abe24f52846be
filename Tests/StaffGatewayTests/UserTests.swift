import Kernel
import Messages
import Testing

@testable import StaffGateway

struct UserTests {
    @Test func theFirstUserIsAManager() throws {
        let core = StaffCore()
        #expect(core.needsSetup)
        for role in [StaffRole.viewer, .clerk] {
            #expect(throws: ServiceError.self) { try core.addUser(name: "a", role: role, password: CoreHistory.hash) }
        }
        #expect(try core.addUser(name: "a", role: .manager, password: CoreHistory.hash).types == ["UserAdded"])
    }

    @Test func setUpWorksOnce() throws {
        var history = try CoreHistory()
        #expect(throws: ServiceError.self) {
            try history.core.setUp(
                name: "x", password: CoreHistory.hash, session: "s", address: "", now: history.now)
        }
        history = try CoreHistory()
        let empty = StaffCore()
        let events = try empty.setUp(name: "x", password: CoreHistory.hash, session: "s", address: "", now: history.now)
        #expect(events.types == ["UserAdded", "SignedIn"])
    }

    @Test(arguments: ["", "a b", "ä", "a/b", "a:b", String(repeating: "a", count: 33), "a\n"])
    func aNameIsRefused(_ name: String) throws {
        #expect(throws: ServiceError.self) { try StaffRules.check(name: name) }
    }

    @Test(arguments: ["a", "Anna-Maria_2.x", String(repeating: "a", count: 32)])
    func aNameIsTaken(_ name: String) throws {
        try StaffRules.check(name: name)
    }

    @Test func namesThatDifferInCaseAreOne() throws {
        let history = try CoreHistory()
        #expect(throws: ServiceError.alreadyExists("there is a user 'ANNA' already")) {
            try history.core.addUser(name: "ANNA", role: .viewer, password: CoreHistory.hash)
        }
        #expect(try history.core.account("aNNa").user.name == "Anna")
    }

    @Test func passwordsAreChecked() throws {
        for bad in ["short", "123456789", String(repeating: "x", count: 129), "Berta.Benz"] {
            #expect(throws: ServiceError.self) { try StaffRules.checked(password: bad, of: "berta.benz") }
        }
        for good in ["1234567890", String(repeating: "x", count: 128), "ten signs!"] {
            #expect(try StaffRules.checked(password: good, of: "berta") == good)
        }
        // One letter, composed in two ways.
        let composed = try StaffRules.checked(password: "p\u{E4}sswort123", of: "b")
        #expect(Array(composed.utf8) == Array(try StaffRules.checked(password: "pa\u{308}sswort123", of: "b").utf8))
        do {
            _ = try StaffRules.checked(password: "geheim", of: "b")
        } catch {
            #expect(!error.message.contains("geheim"), "no password is in a message")
        }
    }

    /// What each change does to the sessions of the user and of others.
    @Test(arguments: [
        (StaffRole.viewer as StaffRole?, nil as Bool?, false, true), (.manager, nil, false, false),
        (.clerk, nil, false, false), (nil, true, false, true), (nil, false, false, false), (nil, nil, true, true),
        (.manager, nil, true, true),
    ])
    func aChangeEndsSessions(_ role: StaffRole?, _ disabled: Bool?, _ newPassword: Bool, _ ends: Bool) throws {
        var history = try CoreHistory()
        try history.signIn("Carl", "carl-2")
        let events = history.take(
            try history.core.changeUser(
                name: "carl", role: role, disabled: disabled, password: newPassword ? CoreHistory.otherHash : nil))
        #expect(events.endedSessions == (ends ? ["carl", "carl-2"] : []))
        #expect(history.isOpen("carl") == !ends)
        #expect(history.isOpen("vera"))
        if let role, !ends { #expect(history.core.session("carl", now: history.now)?.role == role) }
    }

    @Test func oneSessionMayOutliveAPasswordButNothingElse() throws {
        var history = try CoreHistory()
        try history.signIn("Carl", "carl-2")
        let password = try history.core.changeUser(
            name: "Carl", role: nil, disabled: nil, password: CoreHistory.otherHash, staying: "carl")
        #expect(password.endedSessions == ["carl-2"])
        let lowered = try history.core.changeUser(
            name: "Carl", role: .viewer, disabled: nil, password: CoreHistory.otherHash, staying: "carl")
        #expect(lowered.endedSessions == ["carl", "carl-2"])
        history.take(lowered)
        #expect(!history.isOpen("carl"))
    }

    @Test func nothingToChangeIsNothing() throws {
        let history = try CoreHistory()
        #expect(try history.core.changeUser(name: "Carl", role: .clerk, disabled: false, password: nil).isEmpty)
    }

    @Test func theLastManagerStays() throws {
        var history = try CoreHistory()
        history.take(try history.core.changeUser(name: "Berta", role: nil, disabled: true, password: nil))
        #expect(throws: ServiceError.self) {
            try history.core.changeUser(name: "Anna", role: .clerk, disabled: nil, password: nil)
        }
        #expect(throws: ServiceError.self) {
            try history.core.changeUser(name: "Anna", role: nil, disabled: true, password: nil)
        }
        #expect(throws: ServiceError.self) { try history.core.removeUser(name: "Anna", by: nil) }
        // Her password may be changed, and she may go once another is there.
        history.take(
            try history.core.changeUser(name: "Anna", role: nil, disabled: nil, password: CoreHistory.otherHash))
        history.take(try history.core.changeUser(name: "Berta", role: nil, disabled: false, password: nil))
        history.take(try history.core.removeUser(name: "Anna", by: "Berta"))
        #expect(history.core.users.map(\.name) == ["Berta", "Carl", "Vera"])
        #expect(!history.isOpen("anna"))
    }

    @Test func nobodyRemovesThemselves() throws {
        let history = try CoreHistory()
        #expect(throws: ServiceError.self) { try history.core.removeUser(name: "ANNA", by: "Anna") }
        #expect(throws: ServiceError.notFound("there is no user 'nobody'")) {
            try history.core.removeUser(name: "nobody", by: "Anna")
        }
    }

    @Test func aSnapshotIsTheSameState() throws {
        var history = try CoreHistory()
        history.take(try history.core.changeUser(name: "Carl", role: nil, disabled: true, password: nil))
        let copy = try StaffCore(snapshot: history.core.snapshot())
        #expect(copy.snapshot() == history.core.snapshot())
        #expect(copy.users == history.core.users)
        #expect(copy.session("anna", now: history.now) == history.core.session("anna", now: history.now))
        #expect(copy.sessions.keys.sorted() == ["anna", "berta", "vera"])
    }
}
