import Messages
import Testing

@testable import CLI

struct StaffTextTests {
    private let anna = StaffV1.User(name: "anna", role: .manager, createdUnixMs: 1_700_000_000_000)
    private let carl = StaffV1.User(
        name: "carl", role: .clerk, disabled: true, createdUnixMs: 1_700_000_000_000,
        lastSignedInUnixMs: 1_700_000_001_000)

    @Test func usersAreATable() {
        let lines = StaffText.table([anna, carl], colour: false).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].contains("manager"))
        #expect(lines[1].contains("never"))
        #expect(lines[2].hasSuffix("disabled"))
        #expect(StaffText.table([], colour: false).contains("no users yet"))
    }

    @Test func aUserIsALine() {
        #expect(StaffText.line(anna) == "anna is a manager")
        #expect(StaffText.line(carl) == "carl is a clerk, disabled")
    }

    @Test func aUserIsJSON() {
        #expect(
            StaffText.json(anna)
                == #"{"created_unix_ms":1700000000000,"disabled":false,"name":"anna","role":"manager"}"#)
        #expect(StaffText.json(carl).contains(#""last_signed_in_unix_ms":1700000001000"#))
    }
}
