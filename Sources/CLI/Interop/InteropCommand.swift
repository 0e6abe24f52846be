import ArgumentParser

/// `mallbots interop`: interoperability cases, and a server to run them against.
struct Interop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the interoperability cases of Wire against a server.",
        discussion: """
            A server to try them on:  mallbots interop serve --listen 127.0.0.1:7460 --data DIR
            Every case:               mallbots interop --server 127.0.0.1:7460 --case all --data DIR
            Which there are:          mallbots interop --list
            """,
        subcommands: [Cases.self, Serve.self],
        defaultSubcommand: Cases.self)
}
