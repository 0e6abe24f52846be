import DequeModule
import HTTPTypes
import Kernel
import NIOCore
import OrderedCollections
import Web

/// One client's connection: what it is subscribed to, and what is sent to it next.
///
/// A value: its shell brings what the client says and what is read from logs, and asks for the next message whenever the
/// socket has taken the one before. So a slow client costs nothing but a place.
struct LiveConnection: Sendable {
    /// What the shell is to do.
    enum Effect: Hashable, Sendable {
        /// Read an order's or a robot's events, from where the client has them, and offer them.
        case read(id: Int64, TimelineSubject, from: LogPositions?)
        case stopReading(id: Int64)
        case close(code: UInt16, reason: String)
    }

    let limits: LiveLimits
    private(set) var audience: Audience
    private(set) var subscriptions: OrderedDictionary<Int64, LiveSubscription> = [:]
    private var replies: Deque<ByteBuffer> = []
    /// Whose turn it is: so that one topic with much to say does not hold back the others.
    private var turn = 0

    init(audience: Audience, limits: LiveLimits = LiveLimits()) {
        self.audience = audience
        self.limits = limits
    }

    // MARK: From the client and its session

    /// The client sent this.
    mutating func received(_ text: String) -> [Effect] {
        do throws(ClientMessage.Mistake) {
            switch try ClientMessage(text) {
            case .subscribe(let id, let topic, let from, let hz):
                return try subscribe(LiveSubscription(id: id, topic: topic, from: from, hz: hz), from: from)
            case .unsubscribe(let id): return try unsubscribe(id)
            }
        } catch {
            // A subscription that there is has not ended by this mistake.
            let id = error.id.flatMap { subscriptions[$0] == nil ? $0 : nil }
            return reply(ServerMessage.error(id, error.problem))
        }
    }

    /// The user's role has changed: what looks different now is sent anew.
    mutating func changed(to audience: Audience) -> [Effect] {
        guard audience != self.audience else { return [] }
        self.audience = audience
        var effects: [Effect] = []
        for id in subscriptions.keys {
            switch subscriptions[id]?.topic {
            case .board(.orders)?: subscriptions[id]?.phase = .new(from: nil)
            case .order(let order)?:
                subscriptions[id]?.chunk = nil
                effects += [.stopReading(id: id), .read(id: id, .order(order), from: nil)]
            default: break
            }
        }
        return effects
    }

    /// The subscription cannot go on.
    mutating func refuse(_ id: Int64, _ problem: Problem) -> [Effect] {
        guard subscriptions.removeValue(forKey: id) != nil else { return [] }
        return [.stopReading(id: id)] + reply(ServerMessage.error(id, problem))
    }

    /// What was read for a subscription.
    /// - Returns: false: an earlier chunk still waits; true: taken, or there is no such subscription.
    mutating func offer(_ chunk: DetailChunk, to id: Int64) -> Bool {
        guard let subscription = subscriptions[id] else { return true }
        guard subscription.chunk == nil else { return false }
        subscriptions[id]?.chunk = chunk
        return true
    }

    private mutating func subscribe(
        _ subscription: LiveSubscription, from: String?
    ) throws(ClientMessage.Mistake) -> [Effect] {
        let id = subscription.id
        guard subscriptions[id] == nil else {
            throw ClientMessage.Mistake(
                problem: Problem(
                    kind: "id-in-use", status: .conflict, title: "There is such a subscription",
                    detail: "The id \(id) is in use on this connection: unsubscribe it first, or take another."))
        }
        guard subscriptions.count < limits.subscriptions else {
            throw ClientMessage.Mistake(
                id: id,
                problem: Problem(
                    kind: "too-many-subscriptions", status: .tooManyRequests, title: "Too many subscriptions",
                    detail: "A connection has \(limits.subscriptions) at most: unsubscribe one that is not needed."))
        }
        subscriptions[id] = subscription
        let positions = from.flatMap { LogPositions($0) }
        switch subscription.topic {
        case .board: return []
        case .order(let order): return [.read(id: id, .order(order), from: positions)]
        case .bot(let bot): return [.read(id: id, .bot(bot), from: positions)]
        }
    }

    private mutating func unsubscribe(_ id: Int64) throws(ClientMessage.Mistake) -> [Effect] {
        guard subscriptions.removeValue(forKey: id) != nil else {
            throw ClientMessage.Mistake(
                id: id,
                problem: Problem(
                    kind: "not-found", status: .notFound, title: "There is no such subscription",
                    detail: "No subscription of this connection has the id \(id)."))
        }
        return [.stopReading(id: id)]
    }

    private mutating func reply(_ message: ByteBuffer) -> [Effect] {
        guard replies.count < limits.waitingReplies else {
            return [.close(code: 1008, reason: "read the answers before you send more")]
        }
        replies.append(message)
        return []
    }

    // MARK: To the client

    /// The next message; nil: there is nothing to say now. Events come before telemetry.
    mutating func next(from boards: inout LiveBoards, at now: Timestamp) throws -> ByteBuffer? {
        if let reply = replies.popFirst() { return reply }
        let count = subscriptions.count
        for offset in 0..<count {
            let index = (turn + offset) % count
            let message = try subscriptions.values[index].nextEvents(from: &boards, for: audience, limits)
            guard let message else { continue }
            turn = index + 1
            return message
        }
        for offset in 0..<count {
            let index = (turn + offset) % count
            let message = try subscriptions.values[index].nextTelemetry(from: &boards, at: now, limits)
            guard let message else { continue }
            turn = index + 1
            return message
        }
        return nil
    }

    /// Robots that are subscribed to and do not exist, as far as the boards know.
    func strangers(_ boards: LiveBoards) -> [(id: Int64, bot: String)] {
        guard boards.fleet.isComplete else { return [] }
        return subscriptions.values.compactMap { subscription in
            guard case .bot(let bot) = subscription.topic, subscription.lastPosition == nil,
                boards.fleet.entry(EntityKey(kind: .bot, id: bot)) == nil
            else { return nil }
            return (subscription.id, bot)
        }
    }

    /// The boards whose changes it wants to hear of.
    var topics: Set<BoardTopic> { Set(subscriptions.values.compactMap(\.board)) }

    /// Whether some telemetry is due.
    ///
    /// - Parameter head: the last change of what robots say
    func wantsTelemetry(_ head: UInt64, at now: Timestamp) -> Bool {
        subscriptions.values.contains { subscription in
            guard let pace = subscription.pace else { return false }
            return pace.due <= now && pace.cursor < head
        }
    }
}
