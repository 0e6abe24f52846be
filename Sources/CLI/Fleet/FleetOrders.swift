import APIs
import ArgumentParser
import Messages
import Wire

/// A call about one robot that is answered with the robot as it is then.
protocol BotCall: AsyncParsableCommand {
    var json: Bool { get }
    var connection: ServicesOptions { get }
    var call: BotCalling { get }
}

typealias BotCalling = @Sendable (DepotClient, CallContext) async throws -> DepotV1.Bot

extension BotCall {
    func run() async throws {
        let call = call
        let bot = try await connection.withClient { client in
            try await call(DepotClient(client), CallContext(timeout: .seconds(10)))
        }
        Output.line(json ? bot.json() : FleetText.card(bot))
    }
}

extension FleetCommand {
    struct Pause: BotCall {
        static let configuration = CommandConfiguration(
            abstract: "Has a robot stand still; it gets no task from now on.")

        @Argument(help: "The robot's id.") var bot: String
        @Option(help: "Why, for whoever stands before it.") var reason = ""
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        var call: BotCalling {
            let request = DepotV1.PauseBotRequest(botID: bot, reason: reason)
            return { try await $0.pauseBot(request, context: $1) }
        }
    }

    struct Resume: BotCall {
        static let configuration = CommandConfiguration(abstract: "Has a paused robot go on where it was.")

        @Argument(help: "The robot's id.") var bot: String
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        var call: BotCalling {
            let request = DepotV1.ResumeBotRequest(botID: bot)
            return { try await $0.resumeBot(request, context: $1) }
        }
    }

    struct Dock: BotCall {
        static let configuration = CommandConfiguration(
            abstract: "Sends a robot to a dock to park, after its task if it has one.")

        @Argument(help: "The robot's id.") var bot: String
        @Option(help: ArgumentHelp("Which dock; the nearest free one otherwise.", valueName: "id")) var dock = ""
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        var call: BotCalling {
            let request = DepotV1.SendBotToDockRequest(botID: bot, dockID: dock)
            return { try await $0.sendBotToDock(request, context: $1) }
        }
    }

    struct Identify: BotCall {
        static let configuration = CommandConfiguration(
            abstract: "Has a robot blink and beep, so that a person finds it.")

        @Argument(help: "The robot's id.") var bot: String
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        var call: BotCalling {
            let request = DepotV1.IdentifyBotRequest(botID: bot)
            return { try await $0.identifyBot(request, context: $1) }
        }
    }

    struct Register: BotCall {
        static let configuration = CommandConfiguration(
            abstract:
                "Makes a robot known before it first connects, or puts one back to work that was retired or lost.",
            discussion: "What the robot says of itself when it connects counts from then on.")

        @Argument(help: "The robot's id, as in its certificate.") var bot: String
        @Option(help: ArgumentHelp("How much it carries, in the size units of products.", valueName: "units"))
        var capacity: UInt32 = 0
        @Option(help: "Its maker's name for it.") var model = ""
        @Option(help: ArgumentHelp("What it can do, as in 'elevator' (repeatable).", valueName: "word"))
        var capability: [String] = []
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        var call: BotCalling {
            let request = DepotV1.RegisterBotRequest(
                botID: bot, model: model, capacityUnits: capacity, capabilities: capability)
            return { try await $0.registerBot(request, context: $1) }
        }
    }

    struct Retire: BotCall {
        static let configuration = CommandConfiguration(
            abstract: "Takes a robot out of service: it finishes what it has, and gets nothing more.")

        @Argument(help: "The robot's id.") var bot: String
        @Flag(help: "What it has not picked is left to others; it brings what it has.") var atOnce = false
        @Option(help: "Why, for the log.") var reason = ""
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        var call: BotCalling {
            let request = DepotV1.RetireBotRequest(botID: bot, reason: reason, atOnce: atOnce)
            return { try await $0.retireBot(request, context: $1) }
        }
    }

    struct Lost: BotCall {
        static let configuration = CommandConfiguration(
            abstract: "Gives a robot up: what it has is fetched again, and comes too late if it comes.")

        @Argument(help: "The robot's id.") var bot: String
        @Option(help: "Why, for the log.") var reason = ""
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        var call: BotCalling {
            let request = DepotV1.DeclareBotLostRequest(botID: bot, reason: reason)
            return { try await $0.declareBotLost(request, context: $1) }
        }
    }
}
