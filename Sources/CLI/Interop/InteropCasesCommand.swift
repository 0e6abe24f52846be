import ArgumentParser
import Interop
import Wire

extension Interop {
    /// `mallbots interop --server HOST:PORT --case NAME`.
    struct Cases: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Runs cases against a server, one after the other (what 'interop' does).")

        @Option(help: ArgumentHelp("The server to try.", valueName: "host:port"))
        var server: HostPort?

        @Option(name: .customLong("case"), help: ArgumentHelp("A case, or 'all' (repeatable).", valueName: "name"))
        var names: [String] = ["all"]

        @OptionGroup var credentials: InteropCredentials

        @Flag(help: "List the cases, and run none.")
        var list = false

        @Flag(help: "One JSON object a line: each case as it ends, then how many did.")
        var json = false

        @OptionGroup var log: LogOptions

        func validate() throws {
            for name in names where name != "all" && !InteropCase.all.contains(where: { $0.name == name }) {
                let near = NearNames.of(name, among: InteropCase.all.map(\.name) + ["all"])
                let hint = near.isEmpty ? "" : " Near it: \(near.joined(separator: ", "))."
                throw ValidationError("There is no case '\(name)'.\(hint) 'mallbots interop --list' shows all.")
            }
            if server?.port == 0 { throw ValidationError("--server has port 0, at which nothing can listen") }
            if server == nil, !list, chosen.contains(where: \.needsServer) {
                throw ValidationError("--server HOST:PORT is missing: the server to try")
            }
        }

        /// In the order asked for, each once.
        private var chosen: [InteropCase] {
            var seen: Set<String> = []
            return names.flatMap { name in InteropCase.all.filter { name == "all" || $0.name == name } }
                .filter { seen.insert($0.name).inserted }
        }

        func run() async throws {
            let view = InteropView(json: json)
            if list { return view.list(InteropCase.all) }
            let address = server ?? HostPort(host: "localhost", port: 0)
            let target = try credentials.target(
                address, logger: Loggers.logger("mallbots", level: log.logLevel.level))
            let results: [InteropResult]
            do {
                results = try await InteropRunner(target).run(chosen, ended: view.show)
            } catch let error as InteropUnreachable {
                throw Failure("\(address): \(error)")
            }
            view.summary(results)
            if results.contains(where: \.hasFailed) { throw ExitCode.failure }
        }
    }
}
