import Kernel
import NIOCore

/// One subscription of a connection: how far its client has seen.
///
/// What waits for a slow client is not kept: it is whatever the board has that changed after what the client has seen.
struct LiveSubscription: Sendable {
    enum Phase: Hashable, Sendable {
        /// Nothing was sent; what the client says that it has, if anything.
        case new(from: LivePosition?)
        /// Parts of a snapshot that began when the board was at `end`.
        case snapshot(end: UInt64, part: Int)
        case live
    }

    let id: Int64
    let topic: LiveTopic
    var phase: Phase
    /// The board's last change that the client has.
    var cursor: UInt64 = 0
    var pace: TelemetryPace?
    /// Of an order or a robot: what was read from the logs and waits to be sent.
    var chunk: DetailChunk?
    /// Of a robot: whether the first chunk was sent, and with which position the last one.
    var lastPosition: LogPositions?
    /// Of a robot: the task that it was last shown with.
    var shownTask: String?

    init(id: Int64, topic: LiveTopic, from: String?, hz: Double) {
        self.id = id
        self.topic = topic
        phase = .new(from: from.flatMap { LivePosition($0) })
        pace = topic.hasTelemetry ? TelemetryPace(hz: hz) : nil
    }

    /// The board that it is about.
    var board: BoardTopic? {
        switch topic {
        case .board(let topic): topic
        case .bot: .fleet
        case .order: nil
        }
    }
}

/// When telemetry is sent next: at whole multiples of its interval, so that subscribers with the same rate get the same.
struct TelemetryPace: Hashable, Sendable {
    let intervalMs: Int64
    var due = Timestamp(unixMs: 0)
    /// The board's last change of telemetry that the client has.
    var cursor: UInt64 = 0

    /// Nil: none is wanted.
    init?(hz: Double) {
        guard hz > 0 else { return nil }
        intervalMs = max(1, Int64((1_000 / hz).rounded()))
    }

    mutating func sent(at now: Timestamp) {
        due = Timestamp(unixMs: (now.unixMs / intervalMs + 1) * intervalMs)
    }
}

/// News of an order or a robot, as much as goes into one message.
struct DetailChunk: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case resumed
        case snapshot(part: Int, isLast: Bool)
        case delta
    }

    var kind: Kind
    var position: LogPositions
    /// "order" or "invoice", and its JSON.
    var documents: [Document] = []
    /// Each one's JSON.
    var events: [ByteBuffer] = []

    struct Document: Hashable, Sendable {
        var name: String
        var json: ByteBuffer
    }

    /// The message's `data`.
    var data: ByteBuffer {
        var data = ByteBuffer(string: "{")
        for document in documents {
            data.writeString("\"\(document.name)\":")
            data.writeImmutableBuffer(document.json)
            data.writeString(",")
        }
        data.writeString("\"events\":[")
        for (index, event) in events.enumerated() {
            if index > 0 { data.writeString(",") }
            data.writeImmutableBuffer(event)
        }
        data.writeString("]}")
        return data
    }
}
