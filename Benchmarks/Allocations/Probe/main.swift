// Counts allocations for each report that a robot sends and its acknowledgement, in steady state: encoded, framed,
// decoded, handled and answered, through both ends of a connection in memory. Run it by `make allocations`.

import Glibc
import Logging
import Messages
import Wire

typealias Counter = @convention(c) () -> UInt64

guard let symbol = dlsym(nil, "mallbots_allocations") else {
    fatalError("nothing counts allocations here; run `make allocations`")
}
let allocations = unsafeBitCast(symbol, to: Counter.self)

let reports: [(name: String, report: BotsV1.FromBot)] = [
    (
        "itemPicked",
        .init(
            report: 7, directiveAck: 41,
            body: .itemPicked(
                .init(
                    taskID: "01J9ZQ4T6M8W3K5N7P2R4S6T8V", epoch: 3, storeID: "store-bakery-07",
                    productID: "product-rye-bread-750g-sliced", quantity: 2)))
    ),
    (
        "telemetry",
        .init(
            body: .telemetry(
                .init(
                    place: .init(floor: 2, xMm: 123_456, yMm: 78_910), speedMmPerS: 1_250, batteryPercent: 87,
                    taskID: "01J9ZQ4T6M8W3K5N7P2R4S6T8V")))
    ),
]

var router = WireRouter()
router.register(bidirectional: "/probe.Bots/Connect") {
    (inbound: WireInbound<BotsV1.FromBot>, outbound: WireOutbound<BotsV1.ToBot>, _) in
    for try await report in inbound { try await outbound.send(.init(reportAck: report.report)) }
}
let transport = InMemoryTransport(router: router, logger: Logger(label: "probe"))
let client = transport.makeClient()
let running = Task { try await client.run() }

let turns = 20_000
var lines: [String] = []
for (name, report) in reports {
    let each = try await client.call(
        "/probe.Bots/Connect", context: .init(), request: BotsV1.FromBot.self, response: BotsV1.ToBot.self
    ) { inbound, outbound in
        func exchange(_ count: Int) async throws {
            for _ in 0..<count {
                try await outbound.send(report)
                _ = try await inbound.next()
            }
        }
        // Buffers and tables reach their sizes first.
        try await exchange(2_000)
        let before = allocations()
        try await exchange(turns)
        return Double(allocations() - before) / Double(turns)
    }
    lines.append("\"\(name)\": \(Double(Int(each * 100)) / 100)")
}
client.close()
try await running.value
print("{\(lines.joined(separator: ", "))}")
