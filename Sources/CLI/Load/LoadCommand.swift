import ArgumentParser
import Foundation
import LoadTest
import Logging
import Wire

/// `mallbots load`: many robots' streams, and what they find.
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Loads a running gateway with many robots' streams and measures it.",
        discussion: """
            Latencies count from when each message was due, so a server that stalls cannot hide it. Robots that a load \
            test connects stay in the mall's books, as LOAD-1, LOAD-2, ...: use a data directory of its own. docs/load.md \
            explains the numbers.

            mallbots load --data DIR --profile reports --streams 1000 --rate 1 --duration 30 --html load.html
            """)

    @OptionGroup var options: LoadOptions
    @OptionGroup var data: DataOption
    @OptionGroup var log: LogOptions

    func run() async throws {
        let signals = Signals()
        let folders = data.folders
        let text = try options.server?.description ?? Addresses.read(from: folders.root).bots
        guard let address = HostPort(argument: text) else { throw Failure("'\(text)' is not HOST:PORT") }
        let logger = Loggers.logger("mallbots", level: log.logLevel.level)
        let view = LoadView(plan: options.plan, server: address, json: options.json, html: options.html)
        try view.checkFiles()
        let server = try options.serverProcess(at: address)
        let result = try await explaining {
            let files = OpenFiles(limit: Descriptors.raise())
            view.begin(certificates: options.plan.hasRelays ? 1 : options.streams)
            let target = try LoadCredentials(folders, address).target(for: options.plan, prefix: options.prefix)
            let test = try LoadTest(
                plan: options.plan, target: target, limits: options.limits, threads: options.threads,
                openFiles: files, server: server, logger: logger)
            return try await Self.run(test, until: signals, view)
        }
        try view.show(result)
        if !result.violations.isEmpty { throw ExitCode.failure }
    }

    private static func run(_ test: LoadTest, until signals: Signals, _ view: LoadView) async throws -> LoadResult {
        let watch = Task {
            await signals.wait()
            if !Task.isCancelled { test.stop() }
        }
        defer { watch.cancel() }
        let screen = view.screen()
        return try await test.run { await screen.show($0) }
    }

    private func explaining<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch {
            throw error is Failure ? error : Failure("\(error)")
        }
    }
}
