public import Kernel
public import Messages

/// A service small enough to check by hand: it adds numbers up, per stream.
///
/// The kernel's tests use the gateway's events for it, since any event message will do.
public struct TallyCore: ServiceCore, Equatable {
    public typealias Event = BotsV1.Event

    public static let serviceName = "tally"

    public private(set) var events: UInt64 = 0
    public private(set) var sums: [String: UInt64] = [:]
    public private(set) var versions: [String: UInt64] = [:]

    public init() {}

    public init(snapshot: [UInt8]) throws {
        for line in String(decoding: snapshot, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 3, let sum = UInt64(fields[1]), let version = UInt64(fields[2]) else {
                throw ServiceError.internal("not a tally: \(line)")
            }
            sums[String(fields[0])] = sum
            versions[String(fields[0])] = version
            events += version
        }
    }

    public func snapshot() -> [UInt8] {
        Array(sums.keys.sorted().map { "\($0) \(sums[$0, default: 0]) \(versions[$0, default: 0])\n" }.joined().utf8)
    }

    public mutating func evolve(_ event: Event, _ stamp: EventStamp) {
        guard case .gatewayStarted(let started) = event.kind else { return }
        events += 1
        sums[stamp.stream, default: 0] += started.life
        versions[stamp.stream] = stamp.version
    }

    /// Refuses 0, so that tests have something to refuse.
    public func add(_ number: UInt64, to stream: String) throws(ServiceError) -> [NewEvent<Event>] {
        guard number > 0 else { throw .invalidArgument("0 adds nothing: add 1 or more") }
        return [Self.added(number, to: stream)]
    }

    public static func added(_ number: UInt64, to stream: String) -> NewEvent<Event> {
        NewEvent(stream, BotsV1.Event(kind: .gatewayStarted(BotsV1.GatewayStarted(life: number))))
    }
}

/// Repeats what the tally adds: for each of its events one event of the same number.
public struct EchoCore: ServiceCore {
    public typealias Event = BotsV1.Event

    public static let serviceName = "echo"

    public private(set) var numbers: [UInt64] = []

    public init() {}

    public init(snapshot: [UInt8]) throws {
        for number in String(decoding: snapshot, as: UTF8.self).split(separator: " ") {
            guard let number = UInt64(number) else { throw ServiceError.internal("not a number: \(number)") }
            numbers.append(number)
        }
    }

    public func snapshot() -> [UInt8] {
        Array(numbers.map(String.init).joined(separator: " ").utf8)
    }

    public mutating func evolve(_ event: Event, _ stamp: EventStamp) {
        if case .gatewayStarted(let started) = event.kind { numbers.append(started.life) }
    }

    public func echo(_ event: ForeignEvent<BotsV1.Event>) -> [NewEvent<Event>] {
        guard case .gatewayStarted(let started) = event.event.kind else { return [] }
        return [TallyCore.added(started.life, to: "echo")]
    }
}
