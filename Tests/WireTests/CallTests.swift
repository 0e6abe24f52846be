import Messages
import Testing

@testable import Wire

/// The four kinds of call and what travels beside their messages, over each carrier.
@Suite struct CallTests {
    typealias Text = Lab.Text
    typealias Number = Lab.Number

    let lab = Lab()

    @Test(arguments: Carrier.allCases)
    func unary(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            for length in [0, 1, 100, 60_000] {
                let request = Text(key: "k", value: String(repeating: "é", count: length / 2))
                let answer = try await client.unary("/test.Lab/Echo", request, context: .init(), response: Text.self)
                #expect(answer == request)
            }
            let empty = try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
            #expect(empty == Text())
        }
    }

    @Test(arguments: Carrier.allCases)
    func serverStreaming(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            for count in [0, 1, 5_000] as [UInt64] {
                let numbers = try await client.serverStreaming(
                    "/test.Lab/Range", Number(opaque: count), context: .init(), response: Number.self
                ) { inbound in
                    var numbers: [UInt64] = []
                    for try await number in inbound { numbers.append(number.opaque) }
                    return numbers
                }
                #expect(numbers == Array(0..<count))
            }
        }
    }

    @Test(arguments: Carrier.allCases)
    func clientStreaming(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            let sum = try await client.clientStreaming(
                "/test.Lab/Sum", context: .init(), request: Number.self, response: Number.self
            ) { outbound in
                for number in 1...5_000 as ClosedRange<UInt64> { try await outbound.send(Number(opaque: number)) }
            }
            #expect(sum.opaque == 12_502_500)
        }
    }

    @Test(arguments: Carrier.allCases)
    func bidirectional(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            try await client.call("/test.Lab/Chat", context: .init(), request: Text.self, response: Text.self) {
                inbound, outbound in
                for turn in 0..<100 {
                    try await outbound.send(Text(key: "\(turn)"))
                    #expect(try await inbound.next()?.key == "\(turn)")
                }
                outbound.finish()
                #expect(try await inbound.next() == nil)
                #expect(try await inbound.next() == nil)
            }
        }
    }

    @Test(arguments: Carrier.allCases)
    func manyCallsAtOnceQueueForStreams(carrier: Carrier) async throws {
        var limits = WireLimits()
        limits.maxStreams = 7
        try await lab.withClient(over: carrier, limits: limits) { client in
            try await withThrowingTaskGroup(of: String.self) { group in
                for call in 0..<500 {
                    group.addTask {
                        try await client.unary(
                            "/test.Lab/Echo", Text(key: "\(call)"), context: .init(), response: Text.self
                        ).key
                    }
                }
                var answers: Set<String> = []
                for try await answer in group { answers.insert(answer) }
                #expect(answers.count == 500)
            }
        }
    }

    @Test(arguments: Carrier.allCases)
    func metadataBothWays(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            var metadata: Metadata = ["x-echo": "hello"]
            metadata.append([0, 255, 10], for: "x-echo-bin")
            let context = CallContext(metadata: metadata)
            _ = try await client.unary("/test.Lab/Echo", Text(), context: context, response: Text.self)
            #expect(context.response.initial["x-echo"] == "hello")
            #expect(context.response.trailing[binary: "x-echo-bin"] == [0, 255, 10])
        }
        #expect(lab.seen.contexts.first?.method == "/test.Lab/Echo")
        #expect(lab.seen.contexts.first?.deadline == nil)
    }

    @Test func metadataThatMayNotBeSent() async throws {
        try await lab.withClient(over: .memory) { client in
            for metadata in [["X-Upper": "a"], ["": "a"], ["a": "\n"], ["a": "é"], ["a-bin": "text"]] as [Metadata] {
                let error = await #expect(throws: WireStatus.self) {
                    try await client.unary(
                        "/test.Lab/Echo", Text(), context: .init(metadata: metadata), response: Text.self)
                }
                #expect(error?.code == .invalidArgument)
            }
            let error = await #expect(throws: WireStatus.self) {
                let metadata: Metadata = ["a": String(repeating: "b", count: 8_192)]
                return try await client.unary(
                    "/test.Lab/Echo", Text(), context: .init(metadata: metadata), response: Text.self)
            }
            #expect(error?.code == .resourceExhausted)
            _ = try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
        }
    }

    @Test(arguments: Carrier.allCases)
    func statusCodesAndMessages(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            for code in 1...16 {
                let message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
                let error = await #expect(throws: WireStatus.self) {
                    try await client.unary(
                        "/test.Lab/Fail", Text(key: "\(code)", value: message), context: .init(), response: Text.self)
                }
                #expect(error == WireStatus(.init(rawValue: Int32(code)), message, metadata: ["x-why": "because"]))
            }
        }
    }

    @Test(arguments: Carrier.allCases)
    func unknownMethodAndService(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            for (method, message) in [
                ("/test.Lab/Nothing", "service test.Lab has no method Nothing"),
                ("/test.Nobody/Echo", "there is no service test.Nobody here"),
                ("", "a method is named \"/package.Service/Method\""),
            ] {
                let error = await #expect(throws: WireStatus.self) {
                    try await client.unary(method, Text(), context: .init(), response: Text.self)
                }
                #expect(error == WireStatus(.unimplemented, message))
            }
        }
    }

    @Test(arguments: Carrier.allCases)
    func messageOfAnotherTypeEndsOnlyItsCall(carrier: Carrier) async throws {
        try await lab.withClient(over: carrier) { client in
            try await client.call("/test.Lab/Chat", context: .init(), request: Text.self, response: Text.self) {
                inbound, outbound in
                try await outbound.send(Text(key: "before"))
                #expect(try await inbound.next()?.key == "before")
                // A Ping's varint where Echo's request has a string.
                let error = await #expect(throws: WireStatus.self) {
                    try await client.unary("/test.Lab/Echo", Number(opaque: 7), context: .init(), response: Text.self)
                }
                #expect(error?.code == .invalidArgument)
                try await outbound.send(Text(key: "after"))
                #expect(try await inbound.next()?.key == "after")
            }
        }
    }

    @Test func messageLargerThanThePeerTakes() async throws {
        try await lab.withClient(over: .memory) { client in
            let error = await #expect(throws: WireStatus.self) {
                let text = Text(value: String(repeating: "x", count: 70_000))
                return try await client.unary("/test.Lab/Echo", text, context: .init(), response: Text.self)
            }
            #expect(error?.code == .resourceExhausted)
            _ = try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
        }
    }

    @Test(arguments: Carrier.allCases)
    func largeFramesWhereBothSidesTakeThem(carrier: Carrier) async throws {
        var limits = WireLimits()
        limits.maxFrameBytes = 1 << 20
        try await lab.withClient(over: carrier, limits: limits) { client in
            let text = Text(value: String(repeating: "x", count: 271_828))
            let answer = try await client.unary("/test.Lab/Echo", text, context: .init(), response: Text.self)
            #expect(answer == text)
        }
    }
}
