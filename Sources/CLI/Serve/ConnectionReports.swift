import BotGateway
import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Wire

/// Logs on SIGUSR1 how many connections each listener has and what it has refused, by reason, and how many robots are in
/// session; and once more, at level info, when the mall closes.
///
/// What an operator wants to know when robots complain, without a metrics system at hand: `kill -USR1` and look.
struct ConnectionReports: Service {
    let servers: [(name: String, server: WireServer)]
    let gateway: BotGateway
    let logger: Logger

    func run() async throws {
        let (requests, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        signal(SIGUSR1, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGUSR1, queue: .global())
        source.setEventHandler { continuation.yield() }
        source.resume()
        defer { source.cancel() }
        // Whoever asks gets an answer, whatever the log's level.
        var asked = logger
        asked.logLevel = min(logger.logLevel, .info)
        for await _ in requests.cancelOnGracefulShutdown() { report(to: asked) }
        report(to: logger)
    }

    private func report(to logger: Logger) {
        for (name, server) in servers {
            var metadata: Logger.Metadata = [
                "listener": "\(name)", "connections": "\(server.connectionCount)",
                "handshakes": "\(server.handshakeCount)",
            ]
            for (reason, count) in server.counters.all { metadata["refused.\(reason)"] = "\(count)" }
            logger.info("wire.connections", metadata: metadata)
        }
        let (sessions, telemetry) = (gateway.sessionCounts, gateway.telemetry.counts)
        logger.info(
            "gateway.sessions",
            metadata: [
                "live": "\(sessions.live)", "opening": "\(sessions.opening)", "refused": "\(sessions.refused)",
                "telemetry.published": "\(telemetry.published)", "telemetry.thinned": "\(telemetry.thinned)",
            ])
    }
}
