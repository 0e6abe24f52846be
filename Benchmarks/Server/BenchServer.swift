import APIs
import Foundation
import Logging
import Messages
import Wire

/// The server that the benchmarks drive: Wire with TLS as in a mall, and a handler that only decodes each report and
/// encodes its acknowledgement.
///
/// usage: BenchServer CERTIFICATE KEY [CLIENT_CA] [--tickets] [--tasks] — it listens on a free port of 127.0.0.1 and prints
/// one line of JSON. With `--tickets` sessions may be resumed; with `--tasks` each call has a task, otherwise a reactor.
@main
struct BenchServer {
    static func main() async throws {
        let resumes = CommandLine.arguments.contains("--tickets")
        let usesTasks = CommandLine.arguments.contains("--tasks")
        let arguments = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("--") }
        guard (2...3).contains(arguments.count) else {
            FileHandle.standardError.write(
                Data("usage: BenchServer CERTIFICATE KEY [CLIENT_CA] [--tickets] [--tasks]\n".utf8))
            exit(64)
        }
        let files = try arguments.map { try Array(Data(contentsOf: URL(fileURLWithPath: $0))) }
        let credentials = try TLSCredentials(certificatePEM: files[0], keyPEM: files[1])
        let authorities = files.count == 3 ? try Certificate.all(pem: files[2]) : []
        var tls = TLSConfiguration.server(credentials, clientCA: authorities)
        if resumes { tls.ticketKeys = try TLSTicketKeys(now: Int64(Date().timeIntervalSince1970)) }
        var configuration = WireServer.Configuration(host: "127.0.0.1", port: 0, tls: try TLSContext(tls))
        configuration.limits.maxStreams = 10_000
        configuration.limits.idleTimeout = .zero
        configuration.limits.keepalive = .seconds(600)
        var router = WireRouter()
        router.register(bot: EchoService())
        if !usesTasks { router.register(botConnect: { EchoReactor($0) }) }
        let server = WireServer(
            configuration: configuration, router: router,
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        async let running: Void = server.run()
        let address = try await server.boundAddress
        let line = #"{"address":"\#(address)","pid":\#(ProcessInfo.processInfo.processIdentifier)}"# + "\n"
        FileHandle.standardOutput.write(Data(line.utf8))
        try await running
    }
}
