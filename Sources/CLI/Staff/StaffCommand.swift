import APIs
import ArgumentParser
import Foundation
import Messages
import StaffGateway
import Wire

/// `mallbots staff`: who may sign in at the staff's page, for those who have the data directory.
struct Staff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, adds, changes and removes those who may sign in at the staff's page.",
        discussion: """
            Asks the running mall, with the certificates of its data directory. Roles: viewer (sees), clerk (also hands \
            over orders, takes payments, cancels orders), manager (everything). Passwords are typed, or come from standard \
            input; they are never an argument, for others on this machine can see those.
            """,
        subcommands: [Users.self, Add.self, Password.self, Change.self, Remove.self],
        defaultSubcommand: Users.self)
}

extension Staff {
    struct Users: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the users, by name.")

        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let list = try await connection.withClient { client in
                try await StaffClient(client).listUsers(
                    StaffV1.ListUsersRequest(), context: CallContext(timeout: .seconds(10)))
            }
            if json {
                for user in list.users { Output.line(StaffText.json(user)) }
            } else {
                Output.line(StaffText.table(list.users, colour: Terminal().hasColour))
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a user; asks for the password, or reads it from standard input.",
            discussion: "The first user must be a manager.")

        @Argument(help: "The user's name: letters, digits, '.', '-' and '_'.") var name: String
        @Option(help: "What the user may do.") var role: RoleName = .viewer
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = StaffV1.AddUserRequest(
                name: name, role: role.role.message, password: try NewPassword.read(for: name))
            let user = try await connection.withClient { client in
                try await StaffClient(client).addUser(request, context: CallContext(timeout: .seconds(30)))
            }
            Output.line(json ? StaffText.json(user) : "added \(user.name), a \(role.rawValue)")
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passwd",
            abstract: "Sets a user's password; their sessions end.",
            discussion: "Asks for the password, or reads it from standard input.")

        @Argument(help: "The user's name.") var name: String
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = StaffV1.ChangeUserRequest(name: name, password: try NewPassword.read(for: name))
            let user = try await connection.withClient { client in
                try await StaffClient(client).changeUser(request, context: CallContext(timeout: .seconds(30)))
            }
            Output.line(json ? StaffText.json(user) : "\(user.name) has a new password")
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes what a user may do; a lower role and --disable end their sessions.")

        @Argument(help: "The user's name.") var name: String
        @Option(help: "What the user may do from now on.") var role: RoleName?
        @Flag(help: "Whether the user may sign in.") var access: AccessChange?
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func validate() throws {
            if role == nil, access == nil {
                throw ValidationError("nothing is to be changed: give --role, --disable or --enable")
            }
        }

        func run() async throws {
            let request = StaffV1.ChangeUserRequest(
                name: name, role: role?.role.message ?? .unspecified,
                disabled: access.map { $0 == .disable ? .on : .off } ?? .unspecified)
            let user = try await connection.withClient { client in
                try await StaffClient(client).changeUser(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line(json ? StaffText.json(user) : StaffText.line(user))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a user; what they did stays in the audit log.")

        @Argument(help: "The user's name.") var name: String
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = StaffV1.RemoveUserRequest(name: name)
            _ = try await connection.withClient { client in
                try await StaffClient(client).removeUser(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line("removed \(name)")
        }
    }
}

/// A role as it is written on the command line.
enum RoleName: String, ExpressibleByArgument, CaseIterable {
    case viewer, clerk, manager

    var role: StaffRole {
        switch self {
        case .viewer: .viewer
        case .clerk: .clerk
        case .manager: .manager
        }
    }
}

/// Whether a user may sign in, as it is written on the command line.
enum AccessChange: String, EnumerableFlag {
    case disable, enable
}
