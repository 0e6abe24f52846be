import Foundation
import Kernel
import Testing

/// Writes a long history into a data directory, to measure `mallbots events check` with: not a test of anything.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["MALLBOTS_FIGURES"] != nil,
        "set MALLBOTS_FIGURES to a folder to have a long history written there")
) struct FiguresTests {
    @Test func writeALongHistory() throws {
        let environment = ProcessInfo.processInfo.environment
        let directory = try DataDirectory.open(environment["MALLBOTS_FIGURES"] ?? "")
        defer { directory.close() }
        let orders = Int(environment["MALLBOTS_FIGURES_ORDERS"] ?? "") ?? 30_000
        let history = History.generated(seed: 1, orders: orders)
        for service in ["stores", "orders", "payments", "depot", "gateway"] {
            let log = try directory.log(service)
            var events = (history.logs[service] ?? [])[...]
            while let first = events.first {
                var batch = LogBatch(time: first.time)
                for event in events.prefix(10_000) {
                    batch.events.append(
                        .init(stream: event.stream, type: event.type, cause: event.cause, payload: event.payload))
                }
                _ = try log.commit(batch)
                events = events.dropFirst(10_000)
            }
            try log.close()
        }
    }
}
