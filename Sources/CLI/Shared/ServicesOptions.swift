import ArgumentParser
import Foundation
import Logging
import Messages
import Wire

/// How a tool reaches the services of a mall.
struct ServicesOptions: ParsableArguments {
    @OptionGroup var data: DataOption

    @Option(
        help: ArgumentHelp(
            "The services' address, when it is not the one that the data directory names.", valueName: "host:port"))
    var server: HostPort?

    @OptionGroup var keyLog: KeyLogOption

    /// Runs `body` with a client that is connected to the services.
    ///
    /// - Parameter untilSignal: Ctrl-C ends `body` early, which is then no failure.
    /// - Throws: `Failure` with the server's own words.
    func withClient<R: Sendable>(
        untilSignal: Bool = false, _ body: @escaping @Sendable (WireClient) async throws -> R
    ) async throws -> R {
        let folders = data.folders
        let text = try server?.description ?? Addresses.read(from: folders.root).services
        guard let address = HostPort(argument: text) else { throw Failure("'\(text)' is not HOST:PORT") }
        let tls: TLSContext
        do {
            let keyLog = try keyLog.open(logger: Loggers.logger("mallbots", level: .warning))
            tls = try Credentials(folders, keyLog: keyLog).tool(dialling: address.host)
        } catch {
            throw Failure("\(error)")
        }
        var configuration = WireClient.Configuration(host: address.host, port: address.port, tls: tls)
        configuration.agent = Version.agent
        // Lists are long, and the server is our own.
        configuration.limits.maxFrameBytes = 16 << 20
        configuration.answers = DecodingLimits(fields: 1 << 20, memory: 256 << 20)
        let client = WireClient(configuration: configuration, logger: Loggers.quiet)
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await client.run()
                return nil
            }
            group.addTask {
                do {
                    return try await body(client)
                } catch let status as WireStatus {
                    throw Failure(Self.explain(status, address: address))
                }
            }
            if untilSignal {
                let signals = Signals()
                group.addTask {
                    await signals.wait()
                    throw ExitCode.success
                }
            }
            defer {
                client.close()
                group.cancelAll()
            }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw Failure("the connection to \(address) ended")
        }
    }

    private static func explain(_ status: WireStatus, address: HostPort) -> String {
        switch status.code {
        case .unavailable, .deadlineExceeded:
            "cannot reach the services at \(address): \(status.message). Is the mall running?"
        default:
            status.message
        }
    }
}
