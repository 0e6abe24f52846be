import Logging
import Messages
import Testing

@testable import Wire

/// Deadlines, cancellation, flow control.
@Suite struct EndingTests {
    typealias Text = Lab.Text
    typealias Number = Lab.Number

    let lab = Lab()

    @Test(arguments: Carrier.allCases)
    func deadlineAtBothEnds(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { [lab] client in
            // On a busy machine the deadline may pass before the call has even begun; then once more.
            try await eventually("the handler has begun") {
                let error = await #expect(throws: WireStatus.self) {
                    try await client.unary(
                        "/test.Lab/Hang", Text(), context: .init(timeout: .milliseconds(100)), response: Text.self)
                }
                #expect(error?.code == .deadlineExceeded)
                return lab.seen.started > 0
            }
            try await eventually("the handler is cancelled") { lab.seen.cancelled == lab.seen.started }
        }
    }

    @Test func deadlinePassedBeforeTheCall() async throws {
        try await lab.withClient(over: .memory) { client in
            let error = await #expect(throws: WireStatus.self) {
                try await client.unary("/test.Lab/Echo", Text(), context: .init(timeout: .zero), response: Text.self)
            }
            #expect(error?.code == .deadlineExceeded)
        }
        #expect(lab.seen.contexts.isEmpty)
    }

    @Test(arguments: Carrier.allCases)
    func cancellingTheCallerCancelsTheHandler(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { [lab] client in
            let call = Task {
                try await client.unary("/test.Lab/Hang", Text(), context: .init(), response: Text.self)
            }
            try await eventually("the handler has begun") { lab.seen.started == 1 }
            call.cancel()
            let error = await #expect(throws: WireStatus.self) { try await call.value }
            #expect(error?.code == .cancelled)
            try await eventually("the handler is cancelled") { lab.seen.cancelled == 1 }
        }
    }

    @Test func cancelledBeforeItBegins() async throws {
        let transport = InMemoryTransport(router: lab.router, logger: .init(label: "test"))
        let client = transport.makeClient()
        // Nothing runs the client, so the call waits for a connection.
        let call = Task { try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self) }
        call.cancel()
        let error = await #expect(throws: WireStatus.self) { try await within { try await call.value } }
        #expect(error?.code == .cancelled)
    }

    @Test(arguments: Carrier.allCases)
    func leavingTheBodyCancelsTheCall(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { [lab] client in
            let first = try await client.serverStreaming(
                "/test.Lab/Range", Number(opaque: .max), context: .init(), response: Number.self
            ) { try await $0.next() }
            #expect(first?.opaque == 0)
            // The handler's sends fail, so it stops.
            try await eventually("the handler has stopped") {
                let before = lab.seen.sent
                for _ in 0..<100 { await Task.yield() }
                return lab.seen.sent == before
            }
            _ = try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
        }
    }

    @Test(arguments: Carrier.allCases)
    func slowReaderStopsTheSender(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { [lab] client in
            let payload = String(repeating: "x", count: 1_000)
            let sent = Box(0)
            let call = Task {
                try await client.clientStreaming(
                    "/test.Lab/Gated", context: .init(), request: Text.self, response: Number.self
                ) { outbound in
                    for _ in 0..<1_000 {
                        try await outbound.send(Text(value: payload))
                        sent.change { $0 += 1 }
                    }
                }
            }
            try await eventually("credit is used up") { sent.value >= 60 }
            for _ in 0..<1_000 { await Task.yield() }
            // 64 KiB of credit, what a writer on another thread may leave in the outbox, and one message over.
            #expect(sent.value <= 2 * 65_536 / 1_000 + 3)
            try await lab.gate.outbound.send(Number())
            #expect(try await call.value.opaque == 1_000)
        }
    }

    @Test func liveMessagesReplaceEachOther() async throws {
        try await lab.withClient(over: .memory) { [lab] client in
            let count = try await client.clientStreaming(
                "/test.Lab/Gated", context: .init(), request: Text.self, response: Number.self
            ) { outbound in
                try await eventually("the handler has begun") { lab.seen.started == 1 }
                let payload = String(repeating: "x", count: 1_000)
                for _ in 0..<10_000 { #expect(outbound.sendLatest(Text(value: payload))) }
                #expect(!outbound.offer(Text()))
                try await lab.gate.outbound.send(Number())
            }
            #expect(count.opaque < 200)
            #expect(count.opaque > 60)
        }
    }
}
