import ArgumentParser
import BotEmulator
import Foundation

/// `mallbots bots`: emulated robots.
struct Bots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drives emulated robots, each with its own certificate, connection and journal.",
        discussion: """
            Real robots in all but the body: they connect over TLS, keep a journal on disk, and carry on where they were \
            after a crash. A live table on a terminal, lines otherwise; a summary at the end.
            """)

    @Option(help: "How many robots.")
    var count = 12

    @Option(
        help: ArgumentHelp(
            "The robots' gateway. Default: the one that the data directory names.", valueName: "host:port"))
    var server: HostPort?

    @Option(help: ArgumentHelp("The same seed gives the same luck.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("How many times faster than real robots.", valueName: "factor"))
    var speed = 1.0

    @Option(
        help: ArgumentHelp(
            "How often things go wrong, 0 to 1: products missing, connections dropped, crashes.", valueName: "rate"))
    var failRate = 0.0

    @Option(help: ArgumentHelp("The robots are PREFIX-1, PREFIX-2, ...", valueName: "prefix"))
    var prefix = "bot"

    @Option(help: ArgumentHelp("Stop after so many seconds. Default: at Ctrl-C.", valueName: "seconds"))
    var duration: Double?

    @Flag(help: "One JSON object a line: each robot's changes, then the summary.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var log: LogOptions
    @OptionGroup var keyLog: KeyLogOption

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("--count is from 1 to 10000, not \(count)") }
        guard (0...1).contains(failRate) else { throw ValidationError("--fail-rate is from 0 to 1, not \(failRate)") }
        guard speed > 0, speed <= 1000 else {
            throw ValidationError("--speed is above 0 and at most 1000, not \(speed)")
        }
        guard duration.map({ $0 > 0 }) ?? true else { throw ValidationError("--duration is above 0") }
    }

    func run() async throws {
        let signals = Signals()
        let folders = data.folders
        let text = try server?.description ?? Addresses.read(from: folders.root).bots
        guard let address = HostPort(argument: text) else { throw Failure("'\(text)' is not HOST:PORT") }
        let logger = Loggers.logger("mallbots", level: log.logLevel.level)
        let fleet = try EmulatedFleet(
            folders: folders, server: address, ids: EmulatedFleet.ids(prefix: prefix, count: count), seed: seed,
            speed: speed, failRate: failRate, keyLog: try keyLog.open(logger: logger), logger: logger)
        let view = FleetView(fleet: fleet.fleet, server: address, json: json)
        let limit = duration
        await fleet.run(
            until: {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await signals.wait() }
                    if let limit { group.addTask { try? await Task.sleep(for: .seconds(limit)) } }
                    // When the last robot has given up there is nothing to wait for.
                    group.addTask {
                        while !fleet.fleet.isOver, (try? await Task.sleep(for: .milliseconds(200))) != nil {}
                    }
                    await group.next()
                    group.cancelAll()
                }
            }, meanwhile: view.show)
        let summary = await fleet.fleet.summary()
        json ? JSONLine.print(FleetSummaryLine(summary)) : Output.line(FleetView.text(summary))
        if summary.failedRobots > 0 { throw ExitCode.failure }
    }
}
