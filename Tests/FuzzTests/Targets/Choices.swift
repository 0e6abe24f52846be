import Messages

@testable import Wire

/// What an input chooses: frames, calls, sizes, and what the application and the clock do.
struct Choices {
    var reader: FuzzReader

    init(_ reader: FuzzReader) { self.reader = reader }

    /// Tight: every limit can be reached by a short input.
    static func limits(tight: Bool) -> WireLimits {
        var limits = WireLimits()
        guard tight else { return limits }
        limits.maxStreams = 3
        limits.maxMetadataBytes = 40
        limits.maxPingsPerMinute = 3
        limits.maxOpensPerSecond = 6
        limits.maxResetsPerSecond = 2
        return limits
    }

    private static let sizes = [0, 1, 31, 32, 33, 1_000, 32_768, 65_000, 65_520, 65_536, 70_000]
    private static let credits: [UInt32] = [0, 1, 32, 33, 65_536, 1 << 20, 1 << 30, .max]
    private static let waits: [Duration] = [
        .zero, .nanoseconds(1), .milliseconds(1), .milliseconds(5), .milliseconds(999), .seconds(1), .seconds(5),
        .seconds(10), .seconds(20), .seconds(30), .seconds(60), .seconds(900), .seconds(100_000),
    ]
    private static let metadata: [WireV1.MetadataEntry] = [
        .init(key: "a", value: "b"), .init(key: "a-bin", binaryValue: [0, 255]), .init(key: "A", value: "b"),
        .init(key: "", value: ""), .init(key: "a-bin", value: "text"), .init(key: "a", binaryValue: [1]),
        .init(key: "a", value: "\u{7F}"), .init(key: "long", value: String(repeating: "x", count: 30)),
    ]

    mutating func size() -> Int { reader.one(of: Self.sizes) }
    mutating func wait() -> Duration { reader.one(of: Self.waits) }

    /// Mostly one of the first streams, at times any.
    mutating func stream() -> UInt32 {
        let byte = reader.byte()
        return byte == 255 ? reader.word() : UInt32(byte % 16)
    }

    mutating func entries() -> [WireV1.MetadataEntry] {
        let byte = reader.byte()
        if byte < 128 { return [] }
        return (0..<1 + Int(byte & 1)).map { _ in reader.one(of: Self.metadata) }
    }

    mutating func code() -> WireV1.Code { WireV1.Code(rawValue: Int32(reader.byte() % 20)) }

    mutating func call() -> WireV1.Open {
        let timeout: UInt32 = reader.one(of: [0, 0, 1, 5, 1_000, .max])
        return WireV1.Open(method: "/a.B/C", timeoutMs: timeout, metadata: entries())
    }

    /// A frame of one kind, with fields as they come.
    mutating func frame(_ kind: UInt8) -> WireV1.Frame {
        switch kind {
        case 1: WireV1.Frame(kind: .hello(hello()))
        case 2: WireV1.Frame(streamID: stream(), kind: .open(call()), end: reader.bool())
        case 3: WireV1.Frame(streamID: stream(), kind: .headers(.init(metadata: entries())), end: reader.bool())
        case 4:
            WireV1.Frame(
                streamID: stream(), kind: .status(.init(code: code(), message: "m", metadata: entries())),
                end: reader.bool())
        case 5: WireV1.Frame(streamID: stream(), kind: .reset(.init(code: code(), message: "m")), end: reader.bool())
        case 6:
            WireV1.Frame(
                streamID: stream(), kind: .credit(.init(bytes: reader.one(of: Self.credits))), end: reader.bool())
        case 7: WireV1.Frame(kind: .ping(.init(opaque: 7, ack: reader.bool())))
        case 8:
            WireV1.Frame(
                kind: .goAway(
                    .init(lastStreamID: stream(), code: code(), message: "m", reconnectAfterMs: reader.word())))
        default: WireV1.Frame(streamID: stream(), end: reader.bool())
        }
    }

    private mutating func hello() -> WireV1.Hello {
        let byte = reader.byte()
        if byte == 0 { return .init(minVersion: 1, maxVersion: 1) }
        return .init(
            minVersion: byte & 1 == 0 ? 1 : UInt32(byte % 4), maxVersion: byte & 2 == 0 ? 1 : UInt32(byte % 3),
            maxFrameBytes: byte & 4 == 0 ? 0 : reader.word(), initialCreditBytes: byte & 8 == 0 ? 0 : reader.word(),
            maxStreams: byte & 16 == 0 ? 0 : UInt32(reader.byte()), agent: "peer")
    }

    /// Something that this side does, or time.
    mutating func local(_ operation: UInt8, _ checked: inout CheckedMachine) throws {
        switch operation % 16 {
        case 0...2: try checked.send(stream(), bytes: size())
        case 3: try checked.grant(stream(), bytes: size())
        case 4: try checked.sendEnd(stream())
        case 5: try checked.sendHeaders(stream(), entries())
        case 6: try checked.sendStatus(stream(), .init(code: code(), message: "m", metadata: entries()))
        case 7: try checked.abandon(stream())
        case 8: try checked.handlerEnded()
        case 9: try checked.writability(reader.bool())
        case 10: try checked.drain(grace: wait())
        case 11: try checked.start()
        case 12...13: try checked.open(call(), after: reader.bool() ? wait() : nil)
        default: try checked.pass(wait())
        }
    }
}
