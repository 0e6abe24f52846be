import APIs
import ArgumentParser
import Messages
import Wire

/// `mallbots events`: what the services' logs hold.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what has happened: the events in the services' logs.",
        discussion: "The services are stores, orders, payments, depot and gateway (the robots').")

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

    @OptionGroup var connection: ServicesOptions

    func run() async throws {
        let request = EventsV1.FollowRequest(
            follow: follow, fromNow: new, services: service, types: type, orderID: order, botID: bot)
        let asJSON = json
        try await connection.withClient(untilSignal: follow) { client in
            try await EventsClient(client).follow(request, context: CallContext()) { events in
                for try await event in events {
                    Output.line(asJSON ? EventText.jsonLine(event) : EventText.line(event))
                }
            }
        }
    }
}
