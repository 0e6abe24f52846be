// How many orders a second the services place, from an empty basket to placed: StartBasket, AddItem and Checkout, each answered
// once it is on disk, by many customers at once. `ShopBench --orders 30000 --customers 256`; prints a table. The logs are in a
// new folder where it is started, so on the disk that is there.

import Foundation
import Kernel
import Messages
import Orders
import Synchronization
import Wire

func option(_ name: String, _ usual: Int) -> Int {
    CommandLine.arguments.firstIndex(of: "--\(name)").flatMap { Int(CommandLine.arguments[$0 + 1]) } ?? usual
}

let known = ["--orders", "--customers", "--only"]
let words = CommandLine.arguments.dropFirst()
if !words.count.isMultiple(of: 2) || !zip(words, 0...).allSatisfy({ !$1.isMultiple(of: 2) || known.contains($0) }) {
    FileHandle.standardError.write(Data("ShopBench: takes \(known.joined(separator: " N, ")) NAME\n".utf8))
    exit(2)
}

let orders = option("orders", 30_000)
let customers = option("customers", 256)
let only = CommandLine.arguments.firstIndex(of: "--only").map { CommandLine.arguments[$0 + 1] }

/// At once, for whoever waits.
func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

/// MiB of this process in memory.
func residentMiB() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return (Int(line.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0) / 1_024
}

func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

/// What the customers share: the next order's number, and how long each took, in milliseconds.
final class Tally: Sendable {
    let next = Atomic(0)
    let times = Mutex<[Double]>([])
}

/// Has so many customers place orders until there are so many.
func buy(_ shop: BenchShop, _ count: Int, then: @escaping @Sendable (String) async throws -> Void = { _ in })
    async throws
    -> [Double]
{
    let tally = Tally()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<customers {
            group.addTask {
                var own: [Double] = []
                while true {
                    let number = tally.next.add(1, ordering: .relaxed).oldValue
                    if number >= count { break }
                    let began = ContinuousClock.now
                    let id = try await shop.place(number)
                    own.append((ContinuousClock.now - began) / .milliseconds(1))
                    try await then(id)
                }
                let ready = own
                tally.times.withLock { $0 += ready }
            }
        }
        try await group.waitForAll()
    }
    return tally.times.withLock { $0.sorted() }
}

func row(
    _ name: String, alone: Bool, _ body: @Sendable @escaping (BenchShop) async throws -> Void
) async throws {
    if let only, !name.contains(only) { return }
    let path = "shop-bench-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let shop = try BenchShop(path, alone: alone)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for run in shop.others { group.addTask { try await run() } }
        try await shop.open()
        say("\(name):")
        try await body(shop)
        shop.stop()
        try await group.waitForAll()
    }
    shop.close()
}

func measure(_ shop: BenchShop, _ count: Int) async throws {
    let (began, cpu) = (ContinuousClock.now, cpuSeconds())
    let times = try await buy(shop, count)
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let text = String(
        format: "  %7.0f orders/s  %6.0f us CPU each  p50 %6.1f ms  p99 %6.1f ms  %4d MiB",
        Double(count) / seconds, (cpuSeconds() - cpu) * 1_000_000 / Double(count), times[times.count / 2],
        times[times.count * 99 / 100], residentMiB())
    say(text)
}

try await row("placed, Orders alone", alone: true) { shop in
    for _ in 0..<3 { try await measure(shop, orders / 3) }
}
try await row("placed, with Payments and Depot", alone: false) { shop in
    for _ in 0..<3 { try await measure(shop, orders / 3) }
}
// What is over does not pile up: as much memory after many orders as after few.
try await row("placed and cancelled, with Payments and Depot", alone: false) { shop in
    for _ in 0..<4 {
        let began = ContinuousClock.now
        _ = try await buy(shop, orders / 2) { id in
            _ = try await shop.orders.cancelOrder(.init(orderID: id), context: CallContext())
            while try await !shop.orders.getOrder(.init(orderID: id), context: CallContext()).hasEnded {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        say(String(format: "  %7.0f orders/s  %4d MiB", Double(orders / 2) / seconds, residentMiB()))
    }
}

extension OrdersV1.Order {
    var hasEnded: Bool { state == .canceled || state == .rejected || state == .completed }
}
