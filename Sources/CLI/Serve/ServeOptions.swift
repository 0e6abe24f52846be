import ArgumentParser
import Foundation

/// Where a mall keeps its data and where it listens; shared by `serve` and `demo`.
struct ServeOptions: ParsableArguments {
    @OptionGroup var data: DataOption

    @Option(help: ArgumentHelp("Where robots connect. Port 0: any free one.", valueName: "host:port"))
    var bots = HostPort(host: "127.0.0.1", port: 7443)

    @Option(help: ArgumentHelp("Where tools and other services connect.", valueName: "host:port"))
    var services = HostPort(host: "127.0.0.1", port: 7444)

    @Option(help: ArgumentHelp("Where kiosks connect (HTTP, or HTTPS with --https).", valueName: "host:port"))
    var kiosk = HostPort(host: "127.0.0.1", port: 7480)

    @Option(help: ArgumentHelp("Where staff connect: their page and its API.", valueName: "host:port"))
    var staff = HostPort(host: "127.0.0.1", port: 7490)

    @Option(
        help: ArgumentHelp(
            "Serve the kiosks' page from a folder, read anew for each request: for those who write it.",
            valueName: "folder", visibility: .hidden))
    var kioskPages: String?

    @Option(
        help: ArgumentHelp(
            "A JSON or YAML file with the building, its stores and products, instead of the built-in mall.",
            valueName: "file"))
    var mall: String?

    @OptionGroup(title: "HTTPS") var https: HTTPSOptions
    @OptionGroup(title: "Robots") var robots: RobotOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var keyLog: KeyLogOption

    /// The mall of `--mall`, or the built-in one.
    func plan() throws -> MallPlan {
        guard let mall else { return SeededMall.plan }
        let text: String
        do {
            text = try String(contentsOfFile: mall, encoding: .utf8)
        } catch {
            throw Failure("cannot read the mall file \(mall): \(error.localizedDescription)")
        }
        switch MallFile.parse(text) {
        case .success(let plan): return plan
        case .failure(let errors):
            throw Failure(
                "the mall file \(mall) has mistakes:\n" + errors.errors.map { "  \($0)" }.joined(separator: "\n"))
        }
    }
}
