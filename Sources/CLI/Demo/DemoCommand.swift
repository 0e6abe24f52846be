import ArgumentParser
import BotEmulator
import Foundation

/// `mallbots demo`: a mall, a fleet and customers in one process.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Opens a mall with a small emulated fleet and a trickle of orders.",
        discussion: "The robots are in this process, but connect over real TLS sockets. Ctrl-C drains and stops.")

    @OptionGroup var options: ServeOptions

    @Option(help: "How many robots.")
    var count = 12

    @Option(help: ArgumentHelp("Seconds between customers.", valueName: "seconds"))
    var every = 4.0

    @Option(help: ArgumentHelp("How many times faster than real robots.", valueName: "factor"))
    var speed = 8.0

    @Option(help: ArgumentHelp("The same seed gives the same customers and luck.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Stop after so many seconds. Default: at Ctrl-C.", valueName: "seconds"))
    var duration: Double?

    func validate() throws {
        guard (1...1_000).contains(count) else { throw ValidationError("--count is from 1 to 1000, not \(count)") }
        guard every >= 0.05 else { throw ValidationError("--every is at least 0.05, not \(every)") }
        guard speed > 0, speed <= 1000 else {
            throw ValidationError("--speed is above 0 and at most 1000, not \(speed)")
        }
        guard duration.map({ $0 > 0 }) ?? true else { throw ValidationError("--duration is above 0") }
    }

    func run() async throws {
        let signals = Signals()
        let server = MallServer(options: options, plan: try options.plan())
        let (ending, end) = AsyncStream.makeStream(of: Void.self)
        let settings = self
        try await server.run {
            for await _ in ending { return }
        } ready: { mall in
            defer { end.finish() }
            try await settings.work(in: mall, signals: signals)
        }
        Output.line("stopped; `make run` carries on with the data in \(options.data.folders.root)")
    }

    /// Robots, customers and the screen, until Ctrl-C.
    private func work(in mall: RunningMall, signals: Signals) async throws {
        guard let address = HostPort(argument: mall.addresses.bots) else { return }
        let logger = Loggers.logger("mallbots", level: options.log.logLevel.level)
        let fleet = try EmulatedFleet(
            folders: options.data.folders, server: address, ids: EmulatedFleet.ids(prefix: "bot", count: count),
            seed: seed, speed: speed, logger: logger)
        let customers = Customers(
            orders: mall.orders, stores: mall.stores, payments: mall.payments, every: .seconds(every),
            seed: seed &+ UInt64(Date().timeIntervalSince1970))
        let limit = duration
        await fleet.run(
            until: {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await signals.wait() }
                    if let limit { group.addTask { try? await Task.sleep(for: .seconds(limit)) } }
                    await group.next()
                    group.cancelAll()
                }
                Output.line("stopping ...")
            },
            meanwhile: {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await customers.run() }
                    group.addTask { await Self.show(DemoView(mall: mall)) }
                }
            })
        Output.line(FleetView.text(await fleet.fleet.summary()))
    }

    private static func show(_ view: DemoView) async {
        let terminal = Terminal()
        if terminal.isInteractive {
            var screen = LiveScreen(terminal: terminal)
            repeat {
                let (width, height) = terminal.size
                if let lines = try? await view.lines(width: width, height: height - 1, colour: terminal.hasColour) {
                    screen.draw(lines)
                }
            } while (try? await Task.sleep(for: .milliseconds(500))) != nil
        } else {
            Output.line(ServeText.welcome(view.mall.addresses))
            while (try? await Task.sleep(for: .seconds(5))) != nil {
                if let line = try? await view.summary() { Output.line(line) }
            }
        }
    }
}
