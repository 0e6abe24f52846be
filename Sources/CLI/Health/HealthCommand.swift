import APIs
import ArgumentParser
import Messages
import Wire

/// `mallbots health`: whether a server, or one of its services, can serve.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether a mall's server, or one of its services, can serve.",
        discussion: """
            Ends with 0 when it serves, 1 when it does not or there is no such service, and 2 when the server does not say: \
            it cannot be reached, or has refused.
            """)

    @Argument(
        help: ArgumentHelp(
            "A service's full name, as `mallbots services list` shows it. Without it: the server as a whole.",
            valueName: "service"))
    var service = ""

    @Flag(help: "Go on with each change, until Ctrl-C.")
    var watch = false

    @Flag(help: "One JSON object a line.")
    var json = false

    @OptionGroup var connection: ServicesOptions

    func run() async throws {
        do {
            if watch { try await follow() } else { try await check() }
        } catch let failure as Failure {
            Output.note("Error: \(failure)")
            throw ExitCode(2)
        }
    }

    private func check() async throws {
        let request = HealthV1.CheckRequest(service: service)
        let status = try await connection.withClient { client in
            do {
                return try await HealthClient(client).check(request, context: CallContext(timeout: .seconds(10))).status
            } catch let status as WireStatus where status.code == .notFound {
                return HealthV1.ServingStatus.serviceUnknown
            }
        }
        show(status)
        if status != .serving { throw ExitCode(1) }
    }

    private func follow() async throws {
        let request = HealthV1.WatchRequest(service: service)
        let command = self
        try await connection.withClient(untilSignal: true) { client in
            try await HealthClient(client).watch(request, context: CallContext()) { statuses in
                var wasTold = false
                do {
                    for try await response in statuses {
                        wasTold = true
                        command.show(response.status)
                    }
                } catch let status as WireStatus where wasTold {
                    throw Failure("the server has ended the watch: \(status.message)")
                }
            }
        }
    }

    private func show(_ status: HealthV1.ServingStatus) {
        if json {
            JSONLine.print(Line(service: service, status: HealthText.key(status)))
        } else {
            Output.line(HealthText.line(status, colour: Terminal().hasColour))
        }
    }

    private struct Line: Encodable {
        let service: String
        let status: String
    }
}

/// A service's state in words.
enum HealthText {
    /// For `--json`.
    static func key(_ status: HealthV1.ServingStatus) -> String {
        switch status {
        case .serving: "serving"
        case .notServing: "not_serving"
        case .serviceUnknown: "unknown"
        case .unspecified, .unrecognized: "unspecified"
        }
    }

    /// For a person.
    static func line(_ status: HealthV1.ServingStatus, colour: Bool) -> String {
        let (text, style): (String, Table.Style) =
            switch status {
            case .serving: ("serving", .good)
            case .notServing: ("not serving", .bad)
            case .serviceUnknown: ("unknown: the server has no such service; see mallbots services list", .warning)
            case .unspecified, .unrecognized: ("the server gives a state that this program does not know", .warning)
            }
        return Table.paint(text, style, colour)
    }
}
