import ArgumentParser

/// `mallbots events`: what the services' logs hold, whether it is what was promised, and where old events go.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows, checks and archives the events in the services' logs.",
        discussion: "The services are stores, orders, payments, depot and gateway (the robots').",
        subcommands: [List.self, Check.self, Archive.self, Restore.self], defaultSubcommand: List.self)
}
