import ArgumentParser
import Foundation

/// `mallbots serve`: the whole mall in one process.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a mall: its services, and the gateways of robots, kiosks and staff.",
        discussion: """
            Everything is kept in the data directory; the first start makes it, with a certificate authority and a mall. \
            SIGTERM or Ctrl-C stops cleanly. SIGHUP loads certificates, keys and the revocation list again, without \
            dropping anyone but those who were revoked.
            """)

    @OptionGroup var options: ServeOptions

    @Flag(help: "Print one JSON line with the addresses instead of text.")
    var json = false

    func run() async throws {
        let signals = Signals()
        let asJSON = json
        let hangUps = HangUps()
        // The signal counts as long as this does.
        defer { withExtendedLifetime(hangUps) {} }
        let server = MallServer(options: options, plan: try options.plan(), hangUps: hangUps.stream)
        try await server.run {
            await signals.wait()
        } ready: { mall in
            asJSON ? JSONLine.print(mall.addresses) : Output.line(ServeText.welcome(mall.addresses))
        }
        if !asJSON { Output.line("stopped") }
    }
}

/// What `serve` tells a person at its start.
enum ServeText {
    static func welcome(_ addresses: Addresses) -> String {
        let data = addresses.data
        let kiosk = "\(addresses.scheme)\(addresses.kiosk)"
        let trusting = addresses.https == true ? "--cacert \(data)/tls/ca.pem " : ""
        return """
            The mall is open.
              kiosks    \(kiosk)/        order board: \(kiosk)/board        try: curl \(trusting)\(kiosk)/api/v1/stores
              staff     \(addresses.scheme)\(addresses.staff)/\(setup(addresses))
              robots    \(addresses.bots) (TLS)        try: mallbots bots --count 5 --server \(addresses.bots) --data \(data)
              services  \(addresses.services) (TLS)        try: mallbots orders list --data \(data)
              data      \(data)
            Ctrl-C stops it.
            """
    }

    /// The first user's way in.
    private static func setup(_ addresses: Addresses) -> String {
        addresses.staffSetup.map { "\n            nobody may sign in yet: make the first manager at \($0)" } ?? ""
    }
}
