import APIs
import ArgumentParser
import Messages
import Wire

extension FleetCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the robots, by id.",
            discussion: """
                --watch goes on with what changes, until Ctrl-C: on a terminal as a table that is drawn anew, elsewhere as
                one line for each robot that has changed.
                """)

        @Option(help: ArgumentHelp("Only robots in this state, as in 'working' (repeatable).", valueName: "state"))
        var state: [BotStateName] = []

        @Flag(help: "Go on with what changes, until Ctrl-C.")
        var watch = false

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let states = state.map(\.state)
            let isWanted: @Sendable (DepotV1.Bot) -> Bool = { states.isEmpty || states.contains($0.state) }
            if watch {
                let (view, request) = (FleetWatchView(asJSON: json, isWanted: isWanted), DepotV1.WatchFleetRequest())
                try await connection.withClient(untilSignal: true) { client in
                    try await DepotClient(client).watchFleet(request, context: CallContext()) { updates in
                        try await view.show(updates)
                    }
                }
                return
            }
            let list = try await connection.withClient { client in
                try await DepotClient(client).listBots(
                    DepotV1.ListBotsRequest(), context: CallContext(timeout: .seconds(10)))
            }
            let bots = list.bots.filter(isWanted)
            if json {
                for bot in bots { Output.line(bot.json()) }
            } else {
                let terminal = Terminal()
                Output.line(
                    bots.isEmpty
                        ? "no robots"
                        : FleetText.table(bots).lines(colour: terminal.hasColour).joined(separator: "\n"))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one robot.")

        @Argument(help: "The robot's id.") var bot: String
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = DepotV1.GetBotRequest(botID: bot)
            let bot = try await connection.withClient { client in
                try await DepotClient(client).getBot(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line(json ? bot.json() : FleetText.card(bot))
        }
    }

    struct Tasks: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists tasks, oldest first: those that have not ended.")

        @Option(help: ArgumentHelp("Only tasks in this state, as in 'queued' (repeatable).", valueName: "state"))
        var state: [TaskStateName] = []

        @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
        var limit: UInt32 = 50

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var connection: ServicesOptions

        func validate() throws {
            guard (1...200).contains(limit) else { throw ValidationError("--limit is from 1 to 200, not \(limit)") }
        }

        func run() async throws {
            let states = state.isEmpty ? TaskStateName.open : state.map(\.state)
            let request = DepotV1.ListTasksRequest(states: states, pageSize: limit)
            let list = try await connection.withClient { client in
                try await DepotClient(client).listTasks(request, context: CallContext(timeout: .seconds(10)))
            }
            if json {
                for task in list.tasks { Output.line(task.json()) }
            } else {
                Output.line(FleetText.table(list.tasks))
                if !list.nextPageToken.isEmpty { Output.note("there are more; see --limit") }
            }
        }
    }
}
