import Messages
import Synchronization
import Testing

@testable import Wire

/// Calls that are answered without a task.
@Suite struct ReactorTests {
    typealias Text = WireV1.MetadataEntry

    /// Echoes what comes; what it cannot send at once it keeps, and reads no more until it can.
    private final class Echo: WireReactor, @unchecked Sendable {
        let reply: WireReply<Text>
        let seen: Box<Seen>
        private var unsent: Text?
        private var hasFinished = false

        init(_ reply: WireReply<Text>, _ seen: Box<Seen>) throws {
            self.reply = reply
            self.seen = seen
            if reply.context.metadata["x-refuse"] != nil { throw WireStatus(.permissionDenied, "not you") }
            reply.context.response.initial["x-initial"] = "1"
            reply.context.response.trailing["x-trailing"] = "2"
        }

        func received(_ message: Text) {
            seen.change { $0.received += 1 }
            switch message.key {
            case "end": return reply.end(WireStatus(.aborted, message.value, metadata: ["x-why": "asked"]))
            case "large": unsent = Text(key: String(repeating: "x", count: 100_000))
            case "later": return reply.wake(after: .milliseconds(20))
            default: unsent = message
            }
            canSend()
        }

        func canSend() {
            seen.change { $0.canSend += 1 }
            guard let message = unsent else { return }
            if reply.send(message) {
                unsent = nil
                reply.resume()
                if hasFinished { reply.end(WireStatus(.ok, "")) }
            } else {
                seen.change { $0.blocked += 1 }
                reply.pause()
            }
        }

        func finished() {
            hasFinished = true
            if unsent == nil { reply.end(WireStatus(.ok, "")) }
        }

        func ended(_ status: WireStatus) { seen.change { $0.ended.append(status.code) } }
    }

    struct Seen: Sendable {
        var received = 0
        var canSend = 0
        var blocked = 0
        var ended: [WireV1.Code] = []
    }

    private func withEcho<R: Sendable>(
        over carrier: Carrier, _ seen: Box<Seen> = Box(Seen()),
        _ body: @escaping @Sendable (WireClient) async throws -> R
    ) async throws -> R {
        let lab = Lab(adding: { $0.register(reactor: "/test.Lab/Reactor") { try Echo($0, seen) } })
        return try await lab.withClient(over: carrier, body)
    }

    @Test(arguments: Carrier.allCases)
    func echoesInOrderAndEndsWell(_ carrier: Carrier) async throws {
        let seen = Box(Seen())
        try await withEcho(over: carrier, seen) { client in
            let context = CallContext()
            try await client.call("/test.Lab/Reactor", context: context, request: Text.self, response: Text.self) {
                inbound, outbound in
                for number in 0..<1_000 {
                    try await outbound.send(Text(key: "n", value: "\(number)"))
                    #expect(try await inbound.next()?.value == "\(number)")
                }
                outbound.finish()
                #expect(try await inbound.next() == nil)
            }
            #expect(context.response.initial["x-initial"] == "1")
            #expect(context.response.trailing["x-trailing"] == "2")
        }
        #expect(seen.value.received == 1_000)
        #expect(seen.value.ended == [.ok])
    }

    /// The caller reads nothing until it has sent everything: the reactor runs out of credit, pauses, and goes on.
    @Test(arguments: Carrier.allCases)
    func waitsForCreditAndLosesNothing(_ carrier: Carrier) async throws {
        let seen = Box(Seen())
        let count = 40
        try await withEcho(over: carrier, seen) { client in
            let value = String(repeating: "v", count: 10_000)
            try await client.call(
                "/test.Lab/Reactor", context: CallContext(), request: Text.self, response: Text.self
            ) { inbound, outbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for number in 0..<count { try await outbound.send(Text(key: "\(number)", value: value)) }
                        outbound.finish()
                    }
                    try await eventually("the reactor has no credit") { seen.value.blocked > 0 }
                    // It takes only what it can answer.
                    #expect(seen.value.received < count)
                    for number in 0..<count { #expect(try await inbound.next()?.key == "\(number)") }
                    #expect(try await inbound.next() == nil)
                    try await group.waitForAll()
                }
            }
        }
        #expect(seen.value.received == count)
        #expect(seen.value.ended == [.ok])
    }

    @Test(arguments: Carrier.allCases)
    func endsAsItSays(_ carrier: Carrier) async throws {
        let seen = Box(Seen())
        try await withEcho(over: carrier, seen) { client in
            let status = await status(of: client, sending: Text(key: "end", value: "enough"))
            #expect(status?.code == .aborted)
            #expect(status?.message == "enough")
            #expect(status?.metadata["x-why"] == "asked")
            let tooLarge = await self.status(of: client, sending: Text(key: "large"))
            #expect(tooLarge?.code == .resourceExhausted)
        }
        #expect(seen.value.ended == [.aborted, .resourceExhausted])
    }

    @Test(arguments: Carrier.allCases)
    func maybeRefusedBeforeItBegins(_ carrier: Carrier) async throws {
        let seen = Box(Seen())
        try await withEcho(over: carrier, seen) { client in
            let status = await status(
                of: client, sending: Text(key: "a"), context: CallContext(metadata: ["x-refuse": "1"]))
            #expect(status?.code == .permissionDenied)
            // The connection is well.
            #expect(await self.status(of: client, sending: Text(key: "end"))?.code == .aborted)
        }
        #expect(seen.value.ended == [.aborted])
    }

    @Test(arguments: Carrier.allCases)
    func aMessageOfAnotherTypeEndsTheCallOnly(_ carrier: Carrier) async throws {
        let seen = Box(Seen())
        try await withEcho(over: carrier, seen) { client in
            do {
                try await client.call(
                    "/test.Lab/Reactor", context: CallContext(), request: WireV1.Reset.self, response: Text.self
                ) { inbound, outbound in
                    // Field 1 is a number here, a string there.
                    try await outbound.send(WireV1.Reset(code: .aborted))
                    _ = try await inbound.next()
                }
                Issue.record("the call went on")
            } catch let status as WireStatus {
                #expect(status.code == .invalidArgument)
            }
            #expect(await self.status(of: client, sending: Text(key: "end"))?.code == .aborted)
        }
        #expect(seen.value.ended == [.invalidArgument, .aborted])
    }

    @Test(arguments: Carrier.allCases)
    func hearsOfCancellationDeadlineAndLoss(_ carrier: Carrier) async throws {
        let seen = Box(Seen())
        try await withEcho(over: carrier, seen) { client in
            try await client.call(
                "/test.Lab/Reactor", context: CallContext(), request: Text.self, response: Text.self
            ) { inbound, outbound in
                try await outbound.send(Text(key: "a"))
                _ = try await inbound.next()
            }
            try await eventually("the cancellation") { seen.value.ended == [.cancelled] }
            let late = await status(
                of: client, sending: nil, context: CallContext(timeout: .milliseconds(50)))
            #expect(late?.code == .deadlineExceeded)
            try await eventually("the deadline") { seen.value.ended.count == 2 }
            #expect(await self.status(of: client, sending: Text(key: "end"))?.code == .aborted)
            try await client.call(
                "/test.Lab/Reactor", context: CallContext(), request: Text.self, response: Text.self
            ) { inbound, outbound in
                try await outbound.send(Text(key: "a"))
                _ = try await inbound.next()
                client.close()
                try await eventually("the loss") { seen.value.ended.count == 4 }
            }
        }
    }

    @Test(arguments: Carrier.allCases)
    func isWokenWhenItAsks(_ carrier: Carrier) async throws {
        let seen = Box(Seen())
        try await withEcho(over: carrier, seen) { client in
            try await client.call(
                "/test.Lab/Reactor", context: CallContext(), request: Text.self, response: Text.self
            ) { _, outbound in
                try await outbound.send(Text(key: "later"))
                try await eventually("the wake") { seen.value.canSend == 1 }
            }
        }
    }

    private func status(
        of client: WireClient, sending message: Text?, context: CallContext = CallContext()
    ) async -> WireStatus? {
        do {
            try await client.call("/test.Lab/Reactor", context: context, request: Text.self, response: Text.self) {
                inbound, outbound in
                // The call may be over already; reading says why.
                if let message { try? await outbound.send(message) }
                while try await inbound.next() != nil {}
            }
            return nil
        } catch {
            return error as? WireStatus
        }
    }
}
