import Foundation
import Testing

/// A trace depends on its seed alone: not on the process, and not on how the program was built.
@Suite struct TraceTests {
    /// What `simulate --hashes` printed: a seed and its trace's number in each line. `scripts/simulate --compare` gives it.
    private static let traces = ProcessInfo.processInfo.environment["MALLBOTS_TRACES"]

    @Test func theSameSeedGivesTheSameTrace() {
        var lines: [[String]] = [[], []]
        for run in 0..<2 { _ = Simulation(seed: 7) { lines[run].append($0) }.run() }
        #expect(lines[0].count > 100)
        #expect(lines[0] == lines[1])
    }

    @Test(.enabled(if: traces != nil, "make simulate COMPARE=50 compares with an optimized build"))
    func theOptimizedProgramGivesTheSameTraces() throws {
        let lines = try String(contentsOfFile: #require(Self.traces), encoding: .utf8).split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines {
            let parts = line.split(separator: " ")
            let simulation = Simulation(seed: try #require(UInt64(parts[0])))
            #expect(simulation.run() == nil)
            #expect(String(simulation.world.trace.hash, radix: 16) == parts[1], "seed \(parts[0])")
        }
    }
}
