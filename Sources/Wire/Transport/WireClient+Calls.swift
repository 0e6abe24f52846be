import DequeModule
import Messages
import NIOCore

// How calls begin: at once, or when there is a connection and room on it.
extension WireClient {
    /// A call that waits for a connection or for room on it.
    struct PendingCall {
        var stream: CallStream
        var inbox: CallInbox
        var method: String
        var continuation: UnsafeContinuation<Void, any Error>
        var timer: Scheduled<Void>?
    }

    func makeStream(context: CallContext) -> CallStream { CallStream(isServer: false, context: context) }

    /// Begins a call; waits for a connection as the context says.
    nonisolated(nonsending) func open(
        _ stream: CallStream, inbox: CallInbox, method: String
    ) async throws {
        try await withUnsafeThrowingContinuation { continuation in
            let call = PendingCall(stream: stream, inbox: inbox, method: method, continuation: continuation)
            if eventLoop.inEventLoop {
                begin(call)
            } else {
                eventLoop.execute { self.begin(call) }
            }
        }
    }

    /// The caller does not wait for its call to begin any more.
    func cancelOpening(_ stream: CallStream) {
        eventLoop.execute {
            guard let index = self.waiting.firstIndex(where: { $0.stream === stream }) else { return }
            self.fail(self.waiting.remove(at: index), WireStatus(.cancelled, "cancelled"))
        }
    }

    func begin(_ call: PendingCall) {
        if call.stream.isAbandoned { return fail(call, WireStatus(.cancelled, "cancelled")) }
        switch state {
        // No one overtakes those that wait.
        case .connected(let connection): if !waiting.isEmpty || !open(call, on: connection) { wait(call) }
        case .connecting: wait(call)
        case .failed(let reason):
            if call.stream.context.waitForReady {
                call.stream.context.notReady?(reason)
                return wait(call)
            }
            fail(call, WireStatus(.unavailable, "not connected: \(reason)"))
        case .closed: fail(call, WireStatus(.unavailable, "the client is closed"))
        }
    }

    /// False when there is no room for the call now; otherwise it has begun, or failed.
    private func open(_ call: PendingCall, on connection: WireConnection) -> Bool {
        do {
            guard try connection.open(call.stream, inbox: call.inbox, method: call.method) else { return false }
            call.timer?.cancel()
            call.continuation.resume()
        } catch {
            fail(call, error)
        }
        return true
    }

    func wait(_ call: PendingCall) {
        var call = call
        if call.timer == nil, let deadline = call.stream.context.deadline {
            let stream = call.stream
            call.timer = eventLoop.scheduleTask(in: TimeAmount(deadline - ContinuousClock.now)) {
                guard let index = self.waiting.firstIndex(where: { $0.stream === stream }) else { return }
                self.fail(
                    self.waiting.remove(at: index),
                    WireStatus(.deadlineExceeded, "the deadline passed before the call could begin"))
            }
        }
        waiting.append(call)
    }

    /// Begins the calls that wait, in their order and as far as there is room. Trying all of them whenever one call ends
    /// would cost the square of their number.
    func openWaiting() {
        guard case .connected(let connection) = state else { return }
        while let call = waiting.popFirst() {
            if call.stream.isAbandoned {
                fail(call, WireStatus(.cancelled, "cancelled"))
            } else if !open(call, on: connection) {
                return waiting.prepend(call)
            }
        }
    }

    func fail(_ call: PendingCall, _ error: any Error) {
        call.timer?.cancel()
        call.continuation.resume(throwing: error)
    }

    /// Calls that do not wait for a connection fail now.
    func fail(_ reason: String) {
        state = .failed(reason)
        let calls = waiting
        waiting.removeAll()
        for call in calls { begin(call) }
    }
}
