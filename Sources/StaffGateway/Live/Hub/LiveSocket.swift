import HTTPTypes
import Kernel
import Logging
import Messages
import NIOCore
import Synchronization
import Web

/// One client's socket: one task reads it, one writes to it, and one for each order or robot reads logs.
final class LiveSocket: Sendable {
    private struct State {
        var connection: LiveConnection
        var readers: [Int64: DetailReader] = [:]
        var closing: (code: UInt16, reason: String)?
    }

    private let peer: LivePeer
    private let hub: LiveHub
    private let state: Mutex<State>
    private let signal = AsyncSignal()

    init(_ peer: LivePeer, audience: Audience, hub: LiveHub) {
        self.peer = peer
        self.hub = hub
        state = Mutex(State(connection: LiveConnection(audience: audience, limits: hub.limits)))
    }

    /// Serves until the client is gone or its session has ended.
    func run(_ session: LiveSession) async {
        let (readers, work) = AsyncStream.makeStream(of: DetailReader.self)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [self] in
                for await text in peer.messages {
                    perform(state.withLock { $0.connection.received(text) }, work)
                    signal.notify()
                }
            }
            tasks.addTask { [self] in
                for await audience in session.changes {
                    perform(state.withLock { $0.connection.changed(to: audience) }, work)
                    signal.notify()
                }
                // At once, also to a client that takes nothing.
                if !Task.isCancelled { await peer.close(sessionEndedCode, "the session has ended: sign in again") }
            }
            tasks.addTask { [self] in await write(work) }
            tasks.addTask { [self] in
                await withDiscardingTaskGroup { reading in
                    for await reader in readers { reading.addTask { await self.read(reader, work) } }
                    reading.cancelAll()
                }
            }
            await tasks.next()
            tasks.cancelAll()
            // Who reads it learns of the end by this, and not by being cancelled.
            await peer.close(1000, "")
        }
    }

    /// Something that it follows has changed.
    func wake(for topics: Set<BoardTopic>) {
        if state.withLock({ !$0.connection.topics.isDisjoint(with: topics) }) { signal.notify() }
    }

    /// Whether telemetry is to be sent.
    func wantsTelemetry(_ head: UInt64, at now: Timestamp) -> Bool {
        state.withLock { $0.connection.wantsTelemetry(head, at: now) }
    }

    func wake() { signal.notify() }

    // MARK: Writing

    private func write(_ work: AsyncStream<DetailReader>.Continuation) async {
        do {
            while !Task.isCancelled {
                if let message = try next(work) {
                    try await peer.send(message)
                } else if let closing = state.withLock({ $0.closing }) {
                    return await peer.close(closing.code, closing.reason)
                } else {
                    await signal.wait()
                }
            }
        } catch {
            // The client is gone, or was cut because it took nothing for too long.
            hub.logger.debug("a staff socket ended", metadata: ["error": "\(error)"])
        }
    }

    private func next(_ work: AsyncStream<DetailReader>.Continuation) throws -> ByteBuffer? {
        let now = hub.clock.now()
        let (message, effects, readers) = try hub.withBoards { boards in
            try state.withLock { state in
                var effects: [LiveConnection.Effect] = []
                for (id, bot) in state.connection.strangers(boards) {
                    effects += state.connection.refuse(id, .noBot(bot))
                }
                let message = try state.connection.next(from: &boards, at: now)
                return (message, effects, Array(state.readers.values))
            }
        }
        perform(effects, work)
        // One of them may have waited for this room.
        if message != nil { for reader in readers { reader.wake() } }
        return message
    }

    // MARK: Reading logs

    private func perform(_ effects: [LiveConnection.Effect], _ work: AsyncStream<DetailReader>.Continuation) {
        for effect in effects {
            switch effect {
            case .read(let id, let subject, let from):
                let reader = state.withLock { state in
                    let reader = DetailReader(
                        id: id, subject: subject, from: from, audience: state.connection.audience,
                        sources: hub.sources)
                    state.readers[id] = reader
                    return reader
                }
                work.yield(reader)
            case .stopReading(let id): state.withLock { $0.readers.removeValue(forKey: id) }?.stop()
            case .close(let code, let reason): state.withLock { $0.closing = (code, reason) }
            }
        }
    }

    private func read(_ reader: DetailReader, _ work: AsyncStream<DetailReader>.Continuation) async {
        do {
            try await reader.run { [self] chunk in
                let isTaken = state.withLock { state in
                    state.readers[reader.id] === reader ? state.connection.offer(chunk, to: reader.id) : true
                }
                if isTaken { signal.notify() }
                return isTaken
            }
        } catch {
            let problem =
                (error as? any StatusConvertible).flatMap { Problem(status: $0) }
                ?? Problem(
                    kind: "unavailable", status: .serviceUnavailable, title: "This cannot be read now",
                    detail: "Subscribe again in a moment.")
            let effects = state.withLock { state in
                state.readers[reader.id] === reader ? state.connection.refuse(reader.id, problem) : []
            }
            perform(effects, work)
            signal.notify()
        }
    }
}
