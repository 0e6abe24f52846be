import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Web
import Wire

/// Keeps the listeners' certificates, authorities, revocation list and ticket keys up to date while they run: on SIGHUP,
/// and by itself before something ends. Files that will not do are named in the log, and what was in force stays so.
struct TLSUpkeep: Service {
    let credentials: Credentials
    let hosts: [String]
    let ticketKeys: TLSTicketKeys
    let servers: [WireServer]
    /// What browsers' listeners use; nil: plain HTTP.
    let web: WebTLS?
    let https: HTTPSOptions
    /// Each value is a wish to reload.
    let hangUps: AsyncStream<Void>
    let first: ServerTLS
    let logger: Logger

    /// How often ticket keys are looked after; servers that share them must see a new one in time.
    private static let tick = Duration.seconds(60)
    /// What ends sooner than this is renewed or, where that cannot be, complained about each day. Far less than the third
    /// of their time at which certificates are renewed.
    private static let anxiety: Int64 = 30 * 86_400
    private static let ticksPerDay = 24 * 60

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in hangUps { _ = await reload() }
            }
            group.addTask { await look() }
            try? await gracefulShutdown()
            group.cancelAll()
        }
    }

    private func look() async {
        var validUntil = first.validUntil
        var ticks = 0
        while (try? await Task.sleep(for: Self.tick)) != nil {
            ticks += 1
            do {
                try await blocking { try ticketKeys.refresh(now: Self.now) }
            } catch {
                logger.error("tls.tickets.failed", metadata: ["error": "\(error)"])
            }
            guard ticks % Self.ticksPerDay == 0, Self.now > validUntil - Self.anxiety else { continue }
            validUntil = await reload() ?? validUntil
            if Self.now > validUntil - Self.anxiety {
                logger.error("tls.ends_soon", metadata: ["seconds": "\(validUntil - Self.now)"])
            }
        }
    }

    /// - Returns: how long the new files will do, in seconds since 1970; nil: they will not
    private func reload() async -> Int64? {
        do {
            let new = try await blocking { try credentials.server(hosts: hosts, ticketKeys: ticketKeys, https: https) }
            if let context = new.web { web?.reload(context) }
            var ended = 0
            for server in servers { ended += await server.reload(tls: new.context) }
            logger.notice(
                "tls.reloaded",
                metadata: ["serial": "\(new.serial)", "revoked": "\(new.revoked)", "connections.ended": "\(ended)"])
            return new.validUntil
        } catch {
            logger.error("tls.reload.failed: what was in force stays so", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// Runs what waits for the disk on a thread that may wait.
    private func blocking<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}
