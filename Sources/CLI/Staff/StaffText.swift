import Foundation
import Messages
import StaffGateway

/// Users as text.
enum StaffText {
    static func table(_ users: [StaffV1.User], colour: Bool) -> String {
        if users.isEmpty { return "no users yet: add one, or open the address that `mallbots serve` shows" }
        var table = Table(columns: [
            .init("NAME"), .init("ROLE"), .init("CREATED"), .init("LAST SIGNED IN"), .init("ACCESS"),
        ])
        table.rows = users.map { user in
            [
                .init(user.name), .init(role(user)), .init(time(user.createdUnixMs) ?? ""),
                .init(time(user.lastSignedInUnixMs) ?? "never"),
                user.disabled ? .init("disabled", .warning) : .init(""),
            ]
        }
        return table.lines(colour: colour).joined(separator: "\n")
    }

    /// "carl is a clerk, disabled".
    static func line(_ user: StaffV1.User) -> String {
        "\(user.name) is a \(role(user))\(user.disabled ? ", disabled" : "")"
    }

    static func json(_ user: StaffV1.User) -> String {
        JSONLine.encode(
            Record(
                name: user.name, role: role(user), disabled: user.disabled, createdUnixMs: user.createdUnixMs,
                lastSignedInUnixMs: user.lastSignedInUnixMs == 0 ? nil : user.lastSignedInUnixMs))
    }

    private struct Record: Encodable {
        var name: String
        var role: String
        var disabled: Bool
        var createdUnixMs: Int64
        var lastSignedInUnixMs: Int64?
    }

    private static func role(_ user: StaffV1.User) -> String { StaffRole(user.role)?.word ?? "unknown" }

    private static func time(_ unixMs: Int64) -> String? {
        guard unixMs != 0 else { return nil }
        let date = Date(timeIntervalSince1970: Double(unixMs) / 1000)
        return date.formatted(Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: .current))
    }
}
