import ArgumentParser

/// `mallbots certs`: the mall's certificate authority, and the certificates of robots and services.
struct Certs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issues, revokes, lists and shows the certificates of robots and services.",
        discussion: """
            Works on the files in a data directory, whether or not a server runs there; `mallbots serve` makes an authority \
            by itself at its first start. What is where, and how trust works: docs/certificates.md.
            """,
        subcommands: [Init.self, Issue.self, Revoke.self, List.self, Show.self],
        defaultSubcommand: List.self)
}
