import BotEmulator
import Foundation
import Logging
import Messages
import Synchronization
import Wire

/// A fleet of emulated robots with credentials and journals from a data directory.
struct EmulatedFleet: Sendable {
    let fleet: Fleet

    /// How long robots without a connection may try to say goodbye.
    private static let goodbyeGrace = Duration.seconds(5)

    static func ids(prefix: String, count: Int) -> [String] {
        (1...count).map { "\(prefix)-\($0)" }
    }

    /// Each robot has a connection, a journal and its lock open.
    private static let filesEach = 3
    /// Open whatever the number of robots.
    private static let filesBesides = 64

    /// Issues certificates where they are missing: blocks on the disk.
    init(
        folders: Folders, server: HostPort, ids: [String], seed: UInt64, speed: Double, failRate: Double = 0,
        scenario: Scenario = Scenario(), keyLog: TLSKeyLog? = nil, logger: Logger
    ) throws {
        try Self.checkOpenFiles(robots: ids.count, limit: Descriptors.raise())
        let contexts: [String: TLSContext]
        do {
            let all = try Credentials(folders, keyLog: keyLog).bots(ids: ids, dialling: server.host)
            contexts = Dictionary(uniqueKeysWithValues: zip(ids, all))
        } catch {
            throw Failure("\(error)")
        }
        var configuration = FleetConfiguration(botIDs: ids, directory: folders.bots) { id, skew in
            let skewed =
                try skew == .zero
                ? nil
                : Credentials(folders, keyLog: keyLog).bots(
                    ids: [id], dialling: server.host, resuming: false, clockSkew: skew
                ).first
            guard let tls = skewed ?? contexts[id] else { throw Failure("robot \(id) has no certificate") }
            var configuration = WireClient.Configuration(host: server.host, port: server.port, tls: tls)
            configuration.agent = Version.agent
            // A mall's map is longer than what robots usually hear.
            configuration.limits.maxFrameBytes = 16 << 20
            configuration.answers = DecodingLimits(fields: 1 << 20, memory: 256 << 20)
            return WireClient(configuration: configuration, logger: logger)
        }
        configuration.seed = seed
        configuration.speed = speed
        configuration.failRate = failRate
        configuration.scenario = scenario
        fleet = Fleet(configuration, logger: logger)
    }

    /// - Throws: how many robots there may be at most, when the system's limit stops it.
    static func checkOpenFiles(robots: Int, limit: Int) throws {
        let needed = robots * filesEach + filesBesides
        guard needed > limit else { return }
        throw Failure(
            """
            \(robots) robots need about \(needed) open files, and this process may have \(limit): use --count \
            \(max(1, (limit - filesBesides) / filesEach)) or fewer, or raise the hard limit (ulimit -Hn, \
            /etc/security/limits.conf)
            """)
    }

    /// Drives the robots, with `meanwhile` beside them, until `stop` returns; then they say goodbye.
    func run(
        until stop: @escaping @Sendable () async -> Void, meanwhile: @escaping @Sendable () async -> Void = {}
    ) async {
        await withTaskGroup(of: Void.self) { group in
            let robots = Task { await fleet.run() }
            group.addTask { await meanwhile() }
            await stop()
            fleet.stop()
            await withTaskGroup(of: Void.self) { ending in
                ending.addTask { await robots.value }
                ending.addTask { try? await Task.sleep(for: Self.goodbyeGrace) }
                await ending.next()
                robots.cancel()
                ending.cancelAll()
            }
            await robots.value
            group.cancelAll()
        }
    }
}
