import ArgumentParser

/// The `mallbots` command.
@main
struct MallBots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mallbots",
        abstract: "Runs a mall's fleet of shopping robots.",
        discussion: """
            A first look:   mallbots demo
            A real mall:    mallbots serve --data DIR
            Some robots:    mallbots bots --count 20 --server HOST:PORT --data DIR
            Certificates:   mallbots certs --help
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Demo.self, Bots.self, Orders.self, FleetCommand.self, Staff.self, Events.self, Certs.self,
            Health.self,
            ServicesCommand.self,
            Load.self, Interop.self,
        ])
}

/// What this program calls itself.
enum Version {
    static let text = "0.1.0"
    static let agent = "mallbots/\(text)"
}
