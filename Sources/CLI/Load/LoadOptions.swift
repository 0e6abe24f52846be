import ArgumentParser
import Foundation
import LoadTest

/// A value of an enumeration on the command line. Beside the type, so that the library need not know of command lines.
struct NamedArgument<Value: RawRepresentable<String> & CaseIterable & Sendable>: ExpressibleByArgument {
    let value: Value

    init(_ value: Value) { self.value = value }

    init?(argument: String) {
        guard let value = Value(rawValue: argument) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { Value.allCases.map { $0.rawValue } }
    var defaultValueDescription: String { value.rawValue }
}

/// What is run, and what is done with what was found.
struct LoadOptions: ParsableArguments {
    @Option(
        name: .customLong("profile"),
        help: ArgumentHelp("What the robots do: idle, telemetry, reports, storm or mixed.", valueName: "profile"))
    var profileArgument = NamedArgument(LoadProfile.reports)
    var profile: LoadProfile { profileArgument.value }

    @Option(help: ArgumentHelp("How many robots, each with a stream of its own.", valueName: "number"))
    var streams = 100

    @Option(
        help: ArgumentHelp(
            "How many connections carry them. Fewer than streams: relays' connections. Default: one each.",
            valueName: "number"))
    var connections: Int?

    @Option(
        help: ArgumentHelp(
            "How often each robot sends a message (storm: opens a session) in a second.", valueName: "number"))
    var rate = 1.0

    @Option(help: ArgumentHelp("How long is measured.", valueName: "seconds"))
    var duration = 30.0

    @Option(
        help: ArgumentHelp(
            "Over how long the robots connect before that. Default: 2 ms for each connection.", valueName: "seconds"))
    var ramp: Double?

    @Option(
        help: ArgumentHelp(
            "How many reports of one robot may wait for acknowledgement at once.", valueName: "number"))
    var inFlight = 16

    @Option(
        name: .customLong("handshakes"),
        help: ArgumentHelp(
            "With storm and mixed: TLS handshakes are full, resumed with a ticket, or both in turn.", valueName: "kind")
    )
    var handshakesArgument = NamedArgument(LoadPlan.Handshakes.both)

    @Option(
        help: ArgumentHelp(
            "Exit with status 1 when 99 of 100 answers took longer than this: acknowledgements; for storm, sessions.",
            valueName: "ms"))
    var maxP99: Double?

    @Option(help: ArgumentHelp("Exit with status 1 when there are more errors than this.", valueName: "number"))
    var maxErrors: UInt64?

    @Option(help: ArgumentHelp("Write the result as JSON to this file; - is standard output.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Write the result as a page with charts to this file.", valueName: "file"))
    var html: String?

    @Option(
        help: ArgumentHelp(
            "The robots' gateway. Default: the one that the data directory names.", valueName: "host:port"))
    var server: HostPort?

    @Option(
        help: ArgumentHelp(
            "The gateway's process, to measure it. Default: what listens there, if it is on this machine.",
            valueName: "pid"))
    var serverPid: Int32?

    @Option(help: ArgumentHelp("How many threads drive the robots.", valueName: "number"))
    var threads = 1

    @Option(help: ArgumentHelp("The robots are PREFIX-1, PREFIX-2, ...", valueName: "prefix"))
    var prefix = "load"

    func validate() throws {
        try check("--streams", Double(streams), 1...1_000_000)
        try check("--rate", rate, 0.001...100_000)
        try check("--duration", duration, 0.1...86_400)
        try check("--in-flight", Double(inFlight), 1...256)
        try check("--threads", Double(threads), 1...64)
        if let ramp { try check("--ramp", ramp, 0...86_400) }
        if let maxP99 { try check("--max-p99", maxP99, 0.001...3_600_000) }
        if let connections {
            try check("--connections", Double(connections), 1...Double(streams))
            guard connections == streams || !profile.hasStorm else {
                throw ValidationError(
                    "--profile \(profile.rawValue) opens a connection for each session: leave out --connections")
            }
        }
        guard maxP99 == nil || profile.hasReports || profile == .storm else {
            throw ValidationError(
                "--max-p99 is about answers, and --profile \(profile.rawValue) gets none: use reports, storm or mixed")
        }
        if let json, json == html { throw ValidationError("--json and --html name the same file") }
    }

    private func check(_ flag: String, _ value: Double, _ range: ClosedRange<Double>) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "\(flag) is from \(text(range.lowerBound)) to \(text(range.upperBound)), not \(text(value))")
        }
    }

    private func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    var plan: LoadPlan {
        var plan = LoadPlan(
            profile: profile, streams: streams, connections: connections, rate: rate, duration: .seconds(duration),
            ramp: ramp.map { .seconds($0) })
        plan.inFlight = inFlight
        plan.handshakes = handshakesArgument.value
        return plan
    }

    var limits: LoadLimits { LoadLimits(maxP99Milliseconds: maxP99, maxErrors: maxErrors) }

    /// The gateway's process; nil when it is not on this machine, or another user's.
    func serverProcess(at address: HostPort) throws -> ServerProcess? {
        guard let serverPid else { return address.isLoopback ? ServerProcess.listening(port: address.port) : nil }
        let process = ServerProcess(pid: serverPid)
        guard process.use != nil else { throw Failure("--server-pid \(serverPid): there is no such process") }
        return process
    }
}
