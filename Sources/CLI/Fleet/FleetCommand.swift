import ArgumentParser

/// `mallbots fleet`: what staff do with robots and their tasks, over the Depot service.
struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Lists, shows and watches robots, and tells them and the depot what staff want.",
        discussion: """
            What a robot is told is a directive: it survives a break of the connection, and a robot that is offline hears
            of it when it is back.
            """,
        subcommands: [
            List.self, Show.self, Tasks.self, Pause.self, Resume.self, Dock.self, Identify.self, Register.self,
            Retire.self, Lost.self, Assign.self, Reassign.self,
        ],
        defaultSubcommand: List.self)
}
