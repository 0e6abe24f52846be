import Foundation
import Glibc
import Kernel
import KernelFixtures
import Messages
import Testing

/// Figures, not promises: printed when MALLBOTS_FIGURES is set.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MALLBOTS_FIGURES"] != nil, "set MALLBOTS_FIGURES to measure"))
struct ThroughputTests {
    @Test(arguments: LogKind.allCases) func smallEventsThroughGroupCommit(_ kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        var options = LoopOptions()
        options.mailboxCapacity = 1 << 20
        let loop = try ServiceLoop<TallyCore>(log: fixture.log, stream: EventStream(), logger: quiet, options: options)
        let count: UInt64 = 200_000
        try await running(loop) { () async throws in
            let start = ContinuousClock.now
            let cpu = clock()
            for number in 1...count {
                loop.submit({ _, _ in Decision([TallyCore.added(number, to: "s/\(number % 64)")]) }) {
                    (_: Result<Void, any Error>) in
                }
            }
            try await eventually("all are written") { () async throws in loop.log.head == count }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let micros = Double(clock() - cpu) / Double(count)
            print("\(kind.rawValue): \(Int(Double(count) / seconds)) events/s, \(micros) us CPU each")
        }
    }
}
