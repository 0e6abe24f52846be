import ArgumentParser
import Foundation
import Interop
import ServiceLifecycle
import Wire

extension Interop {
    /// `mallbots interop serve`: a server for the cases.
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs a server to try clients against; it misbehaves when a call asks it to.",
            discussion: """
                It keeps nothing but certificates in the data directory, where a client finds what it needs to connect: \
                tls/ca.pem, and a certificate of this mall's.
                """)

        @Option(help: ArgumentHelp("Where to listen. Port 0: any free one.", valueName: "host:port"))
        var listen = HostPort(host: "127.0.0.1", port: 7460)

        @OptionGroup var data: DataOption
        @OptionGroup var log: LogOptions
        @OptionGroup var keyLog: KeyLogOption

        @Flag(help: "Print one JSON line with the address instead of text.")
        var json = false

        func run() async throws {
            let signals = Signals()
            let logger = Loggers.logger("mallbots", level: log.logLevel.level)
            let credentials = Credentials(data.folders, keyLog: try keyLog.open(logger: logger))
            let tls: TLSContext
            do {
                // Not locked: a mall may run in the same folder, and its certificates are what they share.
                try FileManager.default.createDirectory(
                    atPath: data.folders.root, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                tls = try credentials.server(hosts: [listen.host], ticketKeys: credentials.ticketKeys()).context
            } catch let error as CocoaError {
                throw Failure("--data \(data.folders.root): \(error.localizedDescription)")
            } catch {
                throw Failure("\(error)")
            }
            var configuration = WireServer.Configuration(host: listen.host, port: listen.port, tls: tls)
            configuration.agent = Version.agent
            configuration.limits = InteropServer.limits
            let server = WireServer(configuration: configuration, router: InteropServer.router, logger: logger)
            let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    do {
                        try await group.run()
                    } catch let error as WireBindError {
                        throw Failure("--listen: \(error)")
                    }
                }
                tasks.addTask {
                    // Why it does not listen is said above.
                    guard let address = try? await server.boundAddress else { return }
                    welcome(address)
                    await signals.wait()
                    await group.triggerGracefulShutdown()
                }
                try await tasks.waitForAll()
            }
        }

        private func welcome(_ address: WireAddress) {
            let folder = data.folders.root
            if json { return JSONLine.print(Line(server: "\(address)", data: folder)) }
            Output.line(
                """
                Listening at \(address) (TLS). Try: mallbots interop --server \(address) --case all --data \(folder)
                Ctrl-C stops it.
                """)
        }

        private struct Line: Encodable {
            var server: String
            var data: String
        }
    }
}
