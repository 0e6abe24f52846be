import Foundation

/// Runs many simulated malls, or shows one. `make simulate` builds and starts it.
@main
struct Simulate {
    static let usage = """
        simulate [--seeds N] [--from SEED]     runs N malls (1,000), with the seeds from SEED (1) on
        simulate --seed SEED [--quiet]         runs one and prints what happens in it
        simulate --hashes N                    prints each seed's number of its trace
                 [--all]                       goes on after a broken promise, and lists all seeds that break one
        A promise that is broken ends it with exit code 1 and the seed.
        """

    static func main() {
        var (seeds, from, seed) = (UInt64(1_000), UInt64(1), UInt64?.none)
        var (isQuiet, hashes, goesOn) = (false, false, false)
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--seeds": seeds = number(arguments.popFirst(), argument)
            case "--from": from = number(arguments.popFirst(), argument)
            case "--seed": seed = number(arguments.popFirst(), argument)
            case "--hashes": (seeds, hashes) = (number(arguments.popFirst(), argument), true)
            case "--quiet": isQuiet = true
            case "--all": goesOn = true
            case "--help", "-h":
                print(usage)
                exit(0)
            default: refuse("'\(argument)' is not known")
            }
        }
        if let seed { show(seed, isQuiet: isQuiet) } else { run(from, seeds, hashes: hashes, goesOn: goesOn) }
    }

    private static func number(_ text: String?, _ option: String) -> UInt64 {
        guard let text, let number = UInt64(text) else { refuse("\(option) needs a number") }
        return number
    }

    private static func refuse(_ why: String) -> Never {
        FileHandle.standardError.write(Data("simulate: \(why)\n\(usage)\n".utf8))
        exit(2)
    }

    private static func show(_ seed: UInt64, isQuiet: Bool) {
        let simulation = Simulation(seed: seed, print: isQuiet ? nil : { print($0) })
        let failure = simulation.run()
        print(
            "seed \(seed): trace \(String(simulation.world.trace.hash, radix: 16)), \(simulation.world.trace.lines) lines"
        )
        if let failure {
            print("seed \(seed): BROKEN: \(failure)")
            exit(1)
        }
    }

    private static func run(_ from: UInt64, _ seeds: UInt64, hashes: Bool, goesOn: Bool) {
        let start = ContinuousClock.now
        var total = RunTotal()
        var broken = 0
        for seed in from..<(from + seeds) {
            let simulation = Simulation(seed: seed)
            let failure = simulation.run()
            total.add(simulation)
            if hashes { print("\(seed) \(String(simulation.world.trace.hash, radix: 16))") }
            if let failure {
                print("\nseed \(seed): BROKEN: \(failure)\nshow it with: make simulate SEED=\(seed)")
                broken += 1
                if !goesOn { exit(1) }
            }
            if !hashes, (seed - from + 1) % 100 == 0 { progress(seed - from + 1, seeds, start, total) }
        }
        if hashes { return }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let result = broken == 0 ? "no promise broken" : "\(broken) of them with a broken promise"
        print("\n\(seeds) malls, \(result), \(String(format: "%.1f", seconds)) s\n\(total)")
        if broken > 0 { exit(1) }
    }

    private static func progress(_ done: UInt64, _ seeds: UInt64, _ start: ContinuousClock.Instant, _ total: RunTotal) {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let line =
            "\(done) of \(seeds) malls, \(String(format: "%.0f", Double(done) / seconds)) a second, trace \(String(total.hash, radix: 16))"
        FileHandle.standardError.write(Data((isatty(2) == 1 ? "\r\(line)" : "\(line)\n").utf8))
    }
}

/// What went on in all the malls of a run: without it they prove nothing.
struct RunTotal: CustomStringConvertible {
    private var malls = 0
    private var reports = 0
    private var deliveries = 0
    private var declined = 0
    private var abandoned = 0
    private var rejected = 0
    private var crashes = 0
    private var robotCrashes = 0
    private var cuts = 0
    private var stalls = 0
    private var takeovers = 0
    private var flushes = 0
    private var staff = 0
    private var shop = [0, 0, 0, 0, 0, 0, 0]
    private var virtualSeconds: Int64 = 0
    private(set) var hash: UInt64 = 0

    mutating func add(_ simulation: Simulation) {
        let tally = simulation.world.tally
        malls += 1
        reports += tally.reports
        deliveries += tally.deliveries
        declined += tally.declined
        abandoned += tally.abandoned
        rejected += tally.rejected
        crashes += tally.crashes
        robotCrashes += tally.robotCrashes
        cuts += tally.cuts
        stalls += tally.stalls
        takeovers += tally.takeovers
        flushes += tally.failedFlushes
        staff += tally.staffCalls
        let provider = simulation.world.provider
        let counts = [
            tally.completed, tally.canceled, tally.refused, tally.abandonedBaskets, tally.lostCalls, provider.asked,
            provider.mishaps,
        ]
        for (index, count) in counts.enumerated() { shop[index] += count }
        virtualSeconds += simulation.world.loop.milliseconds / 1_000
        hash = (hash &* 31) ^ simulation.world.trace.hash
    }

    var description: String {
        """
        \(virtualSeconds / 3_600) hours of \(malls) malls: \(reports) reports, \(deliveries) deliveries, \
        \(declined) tasks declined, \(abandoned) given up, \(rejected) reports rejected;
        \(crashes) crashes of the server or a service, \(robotCrashes) of robots, \(flushes) flushes failed, \
        \(cuts) connections cut, \(stalls) stalled, \(takeovers) robots doubled, \(staff) calls by staff.
        \(shop[0]) orders completed, \(shop[1]) cancelled, \(shop[2]) rejected, \(shop[3]) baskets left; \(shop[4]) calls \
        of people lost, \(shop[5]) requests to the payment provider, \(shop[6]) mishaps with them.
        trace \(String(hash, radix: 16))
        """
    }
}
