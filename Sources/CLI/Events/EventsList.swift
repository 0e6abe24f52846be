import APIs
import ArgumentParser
import Kernel
import Messages
import Wire

extension Events {
    /// `mallbots events list`: what has happened.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what has happened: the events in the services' logs.",
            discussion: """
                Asks the running mall. With --archive it reads archived events from files instead, with no mall running. \
                The services are stores, orders, payments, depot and gateway (the robots').
                """)

        @Flag(help: "Go on with what happens from now on, until Ctrl-C.")
        var follow = false

        @Flag(help: "Leave out what happened before now.")
        var new = false

        @Option(help: ArgumentHelp("Only this service's events (repeatable).", valueName: "service"))
        var service: [String] = []

        @Option(help: ArgumentHelp("Only events of this type, as in OrderPlaced (repeatable).", valueName: "type"))
        var type: [String] = []

        @Option(help: ArgumentHelp("Only events about this order.", valueName: "id"))
        var order = ""

        @Option(help: ArgumentHelp("Only events about this robot.", valueName: "id"))
        var bot = ""

        @Flag(help: "One JSON object a line.")
        var json = false

        @Option(
            help: ArgumentHelp(
                "Show the archived events in this folder instead (repeatable, the oldest first).", valueName: "dir"))
        var archive: [String] = []

        @OptionGroup var connection: ServicesOptions

        func validate() throws {
            if !archive.isEmpty, follow || new {
                throw ValidationError("--archive shows what happened long ago: leave out --follow and --new")
            }
        }

        func run() async throws {
            let request = EventsV1.FollowRequest(
                follow: follow, fromNow: new, services: service, types: type, orderID: order, botID: bot)
            let asJSON = json
            if !archive.isEmpty {
                return try ArchivedListing(folders: archive, request: request).show {
                    Output.line(asJSON ? EventText.jsonLine($0) : EventText.line($0))
                }
            }
            try await connection.withClient(untilSignal: follow) { client in
                try await EventsClient(client).follow(request, context: CallContext()) { events in
                    for try await event in events {
                        Output.line(asJSON ? EventText.jsonLine(event) : EventText.line(event))
                    }
                }
            }
        }
    }
}
