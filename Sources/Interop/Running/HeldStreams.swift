import APIs
import Messages
import Wire

/// Full-duplex calls that are open at the server until they are let go.
struct HeldStreams: Sendable {
    private let gates: [AsyncStream<Void>.Continuation]

    fileprivate init(_ gates: [AsyncStream<Void>.Continuation]) {
        self.gates = gates
    }

    /// Half-closes one of them, and it ends.
    func release(_ index: Int) { gates[index].finish() }

    func releaseAll() { for gate in gates { gate.finish() } }
}

extension CaseClient {
    /// Runs `body` while so many calls are open, each of which has had an answer. Then they must end well.
    func holding<R>(_ count: Int, _ body: (HeldStreams) async throws -> R) async throws -> R {
        let (opened, open) = AsyncThrowingStream.makeStream(of: Void.self)
        let gates = (0..<count).map { _ in AsyncStream.makeStream(of: Void.self) }
        let held = HeldStreams(gates.map(\.continuation))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for gate in gates {
                group.addTask {
                    do {
                        try await hold(until: gate.stream) { open.yield() }
                    } catch {
                        open.finish(throwing: error)
                        throw error
                    }
                }
            }
            var waiting = opened.makeAsyncIterator()
            for _ in 0..<count { try await waiting.next() }
            let result = try await body(held)
            held.releaseAll()
            try await group.waitForAll()
            return result
        }
    }

    private func hold(until gate: AsyncStream<Void>, opened: @Sendable () -> Void) async throws {
        try await api.fullDuplexCall(context: CallContext()) { inbound, outbound in
            try await outbound.put(.init(answers: [.init(bytes: 9)]))
            try await inbound.checkNext(bytes: 9, "the answer on an open stream")
            opened()
            for await _ in gate {}
            outbound.finish()
            try await inbound.checkEnd("an open stream")
        }
    }
}

extension WireOutbound {
    /// Sends a message. When the call is over already, reading says how it ended.
    func put(_ message: M) async throws {
        do {
            try await send(message)
        } catch let status as WireStatus where status.code == .cancelled && !Task.isCancelled {}
    }
}

extension WireInbound where M == InteropV1.StreamingOutputResponse {
    /// The next answer, which must be there and have so many bytes.
    func checkNext(bytes: Int, _ what: String) async throws {
        guard let answer = try await next() else { throw CaseFailure(why: "\(what) did not come; the call ended") }
        try answer.payload.check(bytes: bytes, what)
    }

    /// The orderly end must be next.
    func checkEnd(_ what: String) async throws {
        guard let more = try await next() else { return }
        throw CaseFailure(why: "\(what) had one answer more, of \(more.payload?.body.count ?? 0) bytes")
    }
}
