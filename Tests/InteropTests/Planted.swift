import APIs
import Messages
import Testing
import Wire

@testable import Interop

/// Something wrong, and the case that must see it.
struct Planted: Sendable, CustomTestStringConvertible {
    let name: String
    let what: String
    /// Part of what the case says.
    let says: String
    let bench: @Sendable () -> Bench

    init(_ name: String, _ what: String, says: String, _ bench: @escaping @Sendable () -> Bench) {
        self.name = name
        self.what = what
        self.says = says
        self.bench = bench
    }

    /// A service that is wrong.
    init(_ name: String, _ what: String, says: String, _ service: Crooked) {
        self.init(name, what, says: says) { Bench(router: Bench.router(service)) }
    }

    var testDescription: String { "\(name): \(what)" }

    static let all = calls + metadata + statuses + cancellation + deadlines + flow + connections + resets

    static let broken = WireStatus(.internal, "broken")
}

extension Planted {
    static let calls = [
        Planted("empty_unary", "no answer", says: "INTERNAL: broken", Crooked(empty: { _ in throw broken })),
        Planted(
            "large_unary", "a byte less", says: "314158 bytes; 314159",
            Crooked(answer: { $0.payload?.body.removeLast() })),
        Planted(
            "large_unary", "a byte that is not 0", says: "not 0", Crooked(answer: { $0.payload?.body[271_828] = 1 })),
        Planted("large_unary", "no payload", says: "0 bytes", Crooked(answer: { $0.payload = nil })),
        Planted(
            "client_streaming", "a byte more", says: "74923",
            Crooked(input: { .init(payloadBytes: $0.payloadBytes + 1) })),
        Planted(
            "server_streaming", "another order", says: "answer 1 has 9 bytes",
            Crooked(output: { _, out, _ in try await send([9, 31_415, 2_653, 58_979], out) })),
        Planted(
            "server_streaming", "an answer less", says: "answer 4 did not come",
            Crooked(output: { request, out, _ in try await send(request.answers.dropLast().map(\.bytes), out) })),
        Planted(
            "server_streaming", "an answer more", says: "one answer more, of 7 bytes",
            Crooked(output: { request, out, _ in try await send(request.answers.map(\.bytes) + [7], out) })),
        Planted(
            "server_streaming", "an error behind the answers", says: "INTERNAL: broken",
            Crooked(output: { request, out, _ in
                try await send(request.answers.map(\.bytes), out)
                throw broken
            })),
        Planted(
            "ping_pong", "one answer to all", says: "answer 2 has 31415 bytes",
            Crooked(duplex: { inbound, out, _ in for try await _ in inbound { try await send([31_415], out) } })),
        Planted(
            "ping_pong", "an answer more at the end", says: "one answer more",
            Crooked(duplex: { inbound, out, _ in
                for try await request in inbound { try await send(request.answers.map(\.bytes), out) }
                try await send([0], out)
            })),
        Planted(
            "half_duplex", "answers by turns", says: "before the half-close",
            Crooked(half: { try await InteropService().fullDuplexCall($0, $1, context: $2) })),
        Planted(
            "half_duplex", "answers in reverse", says: "answer 1 has 58979 bytes",
            Crooked(half: { inbound, out, _ in
                try await drain(inbound)
                try await send(Sizes.answers.reversed(), out)
            })),
        Planted(
            "empty_stream", "an answer to nothing", says: "one answer more",
            Crooked(duplex: { inbound, out, _ in
                try await drain(inbound)
                try await send([3], out)
            })),
    ]

    static let metadata = [
        Planted(
            "custom_metadata", "no trailing metadata", says: "UnaryCall has trailing metadata",
            Crooked(unary: { request, context in
                let answer = try await InteropService().unaryCall(request, context: context)
                context.response.trailing = [:]
                return answer
            })),
        Planted(
            "custom_metadata", "another initial text", says: "UnaryCall has initial metadata",
            Crooked(unary: { request, context in
                let answer = try await InteropService().unaryCall(request, context: context)
                context.response.initial = [EchoKey.initial: "test_initial_metadata_value "]
                return answer
            })),
        Planted(
            "custom_metadata", "none in a stream's beginning", says: "FullDuplexCall, when its first answer is there",
            Crooked(duplex: { inbound, out, _ in
                for try await request in inbound { try await send(request.answers.map(\.bytes), out) }
            })),
        Planted(
            "custom_metadata", "other bytes at a stream's end", says: "FullDuplexCall has trailing metadata",
            Crooked(duplex: { inbound, out, context in
                try await InteropService().fullDuplexCall(inbound, out, context: context)
                context.response.trailing[binary: EchoKey.trailing] = [0xAB, 0xAB]
            })),
        Planted(
            "repeated_metadata", "the first value only", says: "initial metadata",
            Crooked(unary: { _, context in
                context.response.initial[EchoKey.initial] = context.metadata[EchoKey.initial]
                return .init()
            })),
        Planted(
            "repeated_metadata", "the values turned around", says: "trailing metadata",
            Crooked(unary: { request, context in
                let answer = try await InteropService().unaryCall(request, context: context)
                context.response.trailing = Metadata(context.response.trailing.reversed())
                return answer
            })),
        Planted("client_identity", "nobody", says: "\"\" calls", Crooked(answer: { $0.caller = "" })),
        Planted(
            "client_identity", "someone else", says: "b-2",
            Crooked(answer: { $0.caller = "spiffe://test.mall/bot/b-2" })),
    ]

    static let statuses = [
        Planted(
            "status_code_and_message", "another code", says: "UnaryCall ended with INTERNAL",
            Crooked(unary: { request, _ in throw WireStatus(.internal, request.status?.message ?? "") })),
        Planted(
            "status_code_and_message", "no message", says: "UnaryCall ended with UNKNOWN \"\"",
            Crooked(unary: { _, _ in throw WireStatus(.unknown, "") })),
        Planted(
            "status_code_and_message", "success", says: "UnaryCall ended with OK", Crooked(unary: { _, _ in .init() })),
        Planted(
            "status_code_and_message", "a stream's other message", says: "FullDuplexCall ended with",
            Crooked(duplex: { _, _, _ in throw WireStatus(.unknown, "test status message.") })),
        Planted(
            "status_code_and_message", "an answer before the status", says: "one answer more",
            Crooked(duplex: { inbound, out, context in
                try await send([1], out)
                try await InteropService().fullDuplexCall(inbound, out, context: context)
            })),
        Planted(
            "special_status_message", "white space trimmed", says: "ended with UNKNOWN",
            Crooked(unary: { _, _ in
                throw WireStatus(.unknown, "test with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}")
            })),
        Planted(
            "every_status_code", "one code is another", says: "not with DATA_LOSS",
            Crooked(unary: { request, context in
                if request.status?.code == 15 { throw WireStatus(.internal, request.status?.message ?? "") }
                return try await InteropService().unaryCall(request, context: context)
            })),
        Planted(
            "unimplemented_method", "an answer", says: "ended with OK", Crooked(unimplemented: { .init() })),
        Planted("unimplemented_service", "a service", says: "ended with OK") {
            var bench = Bench()
            bench.router.register(absent: Absent())
            return bench
        },
        Planted(
            "unary_too_large", "no limit named", says: "does not name the limit of 1048576",
            Crooked(unary: { _, _ in throw WireStatus(.resourceExhausted, "too large") })),
        Planted(
            "unary_too_large", "a shorter answer", says: "an answer that is too large ended with OK",
            Crooked(unary: { _, _ in .init() })),
    ]

    private struct Absent: AbsentAPI {
        func absentCall(_ request: InteropV1.EmptyMessage, context: CallContext) async throws -> InteropV1.EmptyMessage
        {
            request
        }
    }
}
