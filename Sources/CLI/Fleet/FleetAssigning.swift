import APIs
import ArgumentParser
import Messages
import Wire

extension FleetCommand {
    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a queued task to a robot of your choice, whoever else would be nearer.")

        @Argument(help: "The task's id, as in 'mallbots fleet tasks'.") var task: String
        @Option(help: ArgumentHelp("The robot's id.", valueName: "bot")) var to: String
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = DepotV1.AssignTaskRequest(taskID: task, botID: to)
            let task = try await connection.withClient { client in
                try await DepotClient(client).assignTask(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line(json ? task.json() : FleetText.card(task))
        }
    }

    struct Reassign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes what is still to be fetched of a task from its robot, which brings what it has.",
            discussion:
                "Shows the task that the rest is now: the same one, or one of its own when something was picked.")

        @Argument(help: "The task's id.") var task: String
        @Option(help: ArgumentHelp("Who gets it; whoever the depot finds otherwise.", valueName: "bot")) var to = ""
        @Option(help: "Why, for the robot and the log.") var reason = ""
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = DepotV1.ReassignTaskRequest(taskID: task, botID: to, reason: reason)
            let task = try await connection.withClient { client in
                try await DepotClient(client).reassignTask(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line(json ? task.json() : FleetText.card(task))
        }
    }
}
