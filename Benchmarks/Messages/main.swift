// What it costs to decode and encode a robot's reports: as Swift values, and by protobuf-c alone on the same bytes.
// Prints JSON: nanoseconds per operation, the least of some rounds, each with its ratio to protobuf-c's.

import CMessages
import Messages

let telemetry = BotsV1.FromBot(
    report: 0, directiveAck: 41,
    body: .telemetry(
        .init(
            place: .init(floor: 2, xMm: 123_456, yMm: 78_910), headingDegrees: 271, speedMmPerS: 1_250,
            batteryPercent: 87, taskID: "01J9ZQ4T6M8W3K5N7P2R4S6T8V", distanceLeftMm: 45_678)))
let itemPicked = BotsV1.FromBot(
    report: 123_456, directiveAck: 41,
    body: .itemPicked(
        .init(
            taskID: "01J9ZQ4T6M8W3K5N7P2R4S6T8V", epoch: 3, storeID: "store-bakery-07",
            productID: "product-rye-bread-750g-sliced", quantity: 2)))
let ack = BotsV1.ToBot(reportAck: 123_456)

/// The least nanoseconds per call of each of `bodies`, in many short rounds that take turns: so that what else the
/// machine does harms none of them, or all alike.
func nanoseconds(rounds: Int = 500, calls: Int = 2_000, _ bodies: [() -> Int]) -> [Double] {
    var least = [Double](repeating: .infinity, count: bodies.count)
    for _ in 0..<rounds {
        for (index, body) in bodies.enumerated() {
            let start = ContinuousClock.now
            var sum = 0
            for _ in 0..<calls { sum &+= body() }
            let time = (ContinuousClock.now - start) / .nanoseconds(1)
            blackHole = sum
            least[index] = min(least[index], time / Double(calls))
        }
    }
    return least
}

nonisolated(unsafe) var blackHole = 0

struct Figures {
    var name: String
    var bytes: Int
    var decode, encode, rawDecode, rawEncode: Double

    var json: String {
        func text(_ value: Double) -> String { String(Double(Int(value * 100)) / 100) }
        return """
            {"message": "\(name)", "bytes": \(bytes), "decodeNs": \(text(decode)), "encodeNs": \(text(encode)), \
            "protobufCUnpackNs": \(text(rawDecode)), "protobufCPackNs": \(text(rawEncode)), \
            "decodeRatio": \(text(decode / rawDecode)), "encodeRatio": \(text(encode / rawEncode))}
            """
    }
}

func measure<M: Message>(_ name: String, _ message: M) -> Figures {
    let bytes = message.protobuf()
    let descriptor = M._descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    return bytes.withUnsafeBytes { raw in
        let start = raw.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: raw.count, alignment: 16)
        defer { target.deallocate() }
        let decode = { () -> Int in
            guard let value = try? M(protobuf: raw) else { fatalError("the bytes are a message") }
            return withExtendedLifetime(value) { 1 }
        }
        let encode = { () -> Int in message.withProtobuf { $0.count } }
        let rawDecode = { () -> Int in
            let c = protobuf_c_message_unpack(descriptor, nil, raw.count, start)
            protobuf_c_message_free_unpacked(c, nil)
            return 1
        }
        let c = protobuf_c_message_unpack(descriptor, nil, raw.count, start)
        defer { protobuf_c_message_free_unpacked(c, nil) }
        let rawEncode = { () -> Int in
            precondition(protobuf_c_message_get_packed_size(c) <= target.count)
            return protobuf_c_message_pack(c, target.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        let times = nanoseconds([decode, encode, rawDecode, rawEncode])
        return Figures(
            name: name, bytes: raw.count, decode: times[0], encode: times[1], rawDecode: times[2], rawEncode: times[3])
    }
}

let figures = [measure("telemetry", telemetry), measure("itemPicked", itemPicked), measure("ack", ack)]
print("[\(figures.map(\.json).joined(separator: ",\n "))]")
