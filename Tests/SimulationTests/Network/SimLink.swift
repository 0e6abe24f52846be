import DequeModule
import Logging
import NIOCore

@testable import Wire

/// One connection between a robot and the server: bytes that take their time, in pieces cut anywhere; that stop for a
/// while; that are lost with the connection.
///
/// Safe because a simulation is one thread.
final class SimLink: @unchecked Sendable {
    enum Side: Int {
        case robot, server

        var other: Side { self == .robot ? .server : .robot }
    }

    private struct End {
        var connection: WireConnection?
        /// Its process is gone, or it knows that the connection is.
        var isDeaf = false
        /// When the last piece on its way to this end arrives.
        var lastArrival: Int64 = 0
        /// On its way to this end, in order.
        var coming: Deque<[UInt8]> = []
    }

    private let loop: SimLoop
    private let random: SimRandom
    private let weather: Weather
    let monitor: LinkMonitor
    private var ends = [End(), End()]
    /// Nothing arrives before.
    private var stalledUntil: Int64 = 0
    private var isCut = false

    init(loop: SimLoop, random: SimRandom, weather: Weather, monitor: LinkMonitor) {
        self.loop = loop
        self.random = random
        self.weather = weather
        self.monitor = monitor
    }

    /// False when the connection is over already.
    func attach(_ connection: WireConnection, at side: Side) -> Bool {
        guard !ends[side.rawValue].isDeaf else { return false }
        ends[side.rawValue].connection = connection
        return connection.attach(.tap({ self.send($0, from: side) }, closed: { self.closed(by: side) }))
    }

    var isOver: Bool { ends[0].isDeaf && ends[1].isDeaf }
    func connection(_ side: Side) -> WireConnection? { ends[side.rawValue].connection }

    // MARK: Bytes

    private func send(_ bytes: [UInt8], from side: Side) {
        guard !ends[side.rawValue].isDeaf else { return }
        monitor.sent(bytes, from: side)
        if isCut { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = random.chance(weather.cutPerMille) ? random.between(1, rest.count) : rest.count
            let piece = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            let end = side.other.rawValue
            let arrival = max(ends[end].lastArrival, stalledUntil, loop.time + weather.latency(random))
            ends[end].lastArrival = arrival
            ends[end].coming.append(piece)
            loop.at(arrival) { self.arrive(at: side.other) }
        }
    }

    /// The next piece: they never overtake each other.
    private func arrive(at side: Side) {
        // Stopped while it was on its way.
        if loop.time < stalledUntil {
            ends[side.rawValue].lastArrival = max(ends[side.rawValue].lastArrival, stalledUntil)
            loop.at(stalledUntil) { self.arrive(at: side) }
            return
        }
        guard !ends[side.rawValue].isDeaf, let bytes = ends[side.rawValue].coming.popFirst(),
            let connection = ends[side.rawValue].connection
        else { return }
        if side == .server { monitor.arrived(bytes.count) }
        monitor.trace.note("arrive", monitor.name, side.rawValue, bytes: bytes)
        var buffer = ByteBuffer(bytes: bytes)
        connection.read(&buffer)
        connection.endOfBatch()
    }

    // MARK: Ends

    private func closed(by side: Side) {
        loop.next { self.lose(side, "closed by this side") }
        part(side.other, afterMs: Int64(random.between(1, 50)))
    }

    /// The connection breaks. Each end learns of it in its own time, or not at all until it misses the other.
    func cut() {
        guard !isCut else { return }
        isCut = true
        for side in [Side.robot, .server] {
            part(side, afterMs: random.chance(weather.silentPerMille) ? 600_000 : Int64(random.between(0, 2_000)))
        }
    }

    /// The process at one end is gone. The other end's machine says so at once, or is gone too.
    func died(_ side: Side) {
        let connection = ends[side.rawValue].connection
        ends[side.rawValue].isDeaf = true
        ends[side.rawValue].connection = nil
        connection?.lost("the process is gone")
        isCut = true
        part(side.other, afterMs: random.chance(weather.silentPerMille) ? 600_000 : Int64(random.between(0, 200)))
    }

    /// Behind what is on its way.
    private func part(_ side: Side, afterMs: Int64) {
        loop.at(max(ends[side.rawValue].lastArrival, loop.time + afterMs * 1_000_000)) {
            self.lose(side, "the connection was lost")
        }
    }

    private func lose(_ side: Side, _ reason: String) {
        guard !ends[side.rawValue].isDeaf else { return }
        ends[side.rawValue].isDeaf = true
        monitor.trace.note("lost", monitor.name, side.rawValue)
        ends[side.rawValue].connection?.lost(reason)
        ends[side.rawValue].connection = nil
    }

    /// Nothing arrives for a while, in both directions.
    func stall(ms: Int64) { stalledUntil = max(stalledUntil, loop.time + ms * 1_000_000) }
}

/// What the network is like.
struct Weather {
    var latencyMs = 1...20
    /// How often a piece is cut off what was sent.
    var cutPerMille = 100
    /// How often an end does not hear that its connection is gone.
    var silentPerMille = 200

    func latency(_ random: SimRandom) -> Int64 {
        Int64(random.between(latencyMs.lowerBound * 1_000, latencyMs.upperBound * 1_000)) * 1_000
    }
}
