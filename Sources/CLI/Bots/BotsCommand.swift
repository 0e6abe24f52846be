import ArgumentParser
import BotEmulator
import Foundation

/// `mallbots bots`: emulated robots.
struct Bots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drives emulated robots, each with its own certificate, connection and journal.",
        discussion: """
            Real robots in all but the body: they connect over TLS, keep a journal on disk, carry on where they were after a \
            crash, and obey all that the depot can direct. A live table on a terminal, lines otherwise; a summary at the end. \
            Ctrl-C (or SIGTERM) has them say goodbye; a second one ends at once. Journals are in the data directory, so the \
            next run carries on.

            What goes wrong on purpose:
              --fail-rate 0.2        now and then, drawn from the seed: products missing, dropped connections, crashes, …
              --scenario faults.yaml these faults, at these moments:

                faults:
                  - {fault: crash, at: picked, for: 10s, bots: 3}
                  - {fault: stall, after: 30s, for: 90s, bots: [bot-4]}
                  - {fault: battery, at: accepted, percent: 3}

              Faults: \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")).
              Moments: \(FaultMoment.allCases.map(\.rawValue).joined(separator: ", ")). docs/emulator.md tells the rest.

            Exit status: 0; 1 when a robot could not go on, or the fleet could not start; 64 for wrong usage.
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
            "How often things go wrong at random, 0 to 1. At 1 every product is missing, and each robot's connection drops once a "
                + "minute of its time.", valueName: "rate"))
    var failRate = 0.0

    @Option(help: ArgumentHelp("A YAML file of faults and when they strike.", valueName: "file"))
    var scenario: String?

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
        let ids = EmulatedFleet.ids(prefix: prefix, count: count)
        let faults = try readScenario(robots: ids)
        let text = try server?.description ?? Addresses.read(from: folders.root).bots
        guard let address = HostPort(argument: text) else { throw Failure("'\(text)' is not HOST:PORT") }
        let logger = Loggers.logger("mallbots", level: log.logLevel.level)
        let fleet = try EmulatedFleet(
            folders: folders, server: address, ids: ids, seed: seed, speed: speed, failRate: failRate,
            scenario: faults, keyLog: try keyLog.open(logger: logger), logger: logger)
        let view = FleetView(fleet: fleet.fleet, server: address, scenario: faults, json: json)
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
                view.stopping()
            }, meanwhile: view.show)
        let summary = await fleet.fleet.summary()
        view.show(summary)
        if summary.failedRobots > 0 { throw ExitCode.failure }
    }

    private func readScenario(robots: [String]) throws -> Scenario {
        guard let scenario else { return Scenario() }
        let text: String
        do {
            text = try String(contentsOfFile: scenario, encoding: .utf8)
        } catch {
            throw Failure("cannot read the scenario \(scenario): \(error.localizedDescription)")
        }
        switch ScenarioFile.parse(text, robots: robots) {
        case .success(let faults): return faults
        case .failure(let errors):
            throw Failure(
                "the scenario \(scenario) has mistakes:\n" + errors.errors.map { "  \($0)" }.joined(separator: "\n"))
        }
    }
}
