import APIs
import Foundation
import Logging
import Messages
import Wire

/// The server that the benchmarks drive: Wire with TLS as in a mall, and a handler that only decodes each report and
/// encodes its acknowledgement.
///
/// usage: BenchServer CERTIFICATE KEY [CLIENT_CA] — it listens on a free port of 127.0.0.1 and prints one line of JSON.
@main
struct BenchServer {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard (2...3).contains(arguments.count) else {
            FileHandle.standardError.write(Data("usage: BenchServer CERTIFICATE KEY [CLIENT_CA]\n".utf8))
            exit(64)
        }
        let files = try arguments.map { try Array(Data(contentsOf: URL(fileURLWithPath: $0))) }
        let credentials = try TLSCredentials(certificatePEM: files[0], keyPEM: files[1])
        let authorities = files.count == 3 ? try Certificate.all(pem: files[2]) : []
        var configuration = WireServer.Configuration(
            host: "127.0.0.1", port: 0, tls: try TLSContext(.server(credentials, clientCA: authorities)))
        configuration.limits.maxStreams = 10_000
        configuration.limits.idleTimeout = .zero
        configuration.limits.keepalive = .seconds(600)
        var router = WireRouter()
        router.register(bot: EchoService())
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

/// Acknowledges each report, and keeps nothing.
struct EchoService: BotAPI {
    func connect(
        _ inbound: WireInbound<BotsV1.FromBot>, _ outbound: WireOutbound<BotsV1.ToBot>, context: CallContext
    ) async throws {
        for try await message in inbound where message.report > 0 {
            try await outbound.send(BotsV1.ToBot(reportAck: message.report))
        }
    }

    func getMap(_ request: BotsV1.GetMapRequest, context: CallContext) async throws -> BotsV1.GetMapResponse {
        BotsV1.GetMapResponse()
    }
}
