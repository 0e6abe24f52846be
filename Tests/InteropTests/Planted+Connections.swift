import APIs
import Messages
import Wire

@testable import Interop

extension Planted {
    /// An `EmptyCall` that takes its connection with it.
    private static let cutting = Crooked(empty: { _ in try await cut() })

    private static func cut() async throws -> Never {
        guard let faults = CallFaults.current else { throw broken }
        try await faults.cut()
    }

    static let cancellation = [
        Planted(
            "cancel_before_start", "streams that are over at once", says: "ended with OK",
            Crooked(unary: { _, _ in .init() }, duplex: { _, out, _ in try await send([9], out) })),
        Planted("cancel_before_start", "the connection is lost", says: "connection was", cutting),
        Planted(
            "cancel_before_start", "an open stream ends badly", says: "INTERNAL: broken",
            Crooked(duplex: { inbound, out, _ in
                try await send([9], out)
                try await drain(inbound)
                throw broken
            })),
        Planted("cancel_after_begin", "the connection is lost", says: "connection was", cutting),
        Planted(
            "cancel_after_begin", "nothing works behind it", says: "EmptyCall", Crooked(empty: { _ in throw broken })),
        Planted(
            "cancel_after_first_response", "no first answer", says: "INTERNAL: broken",
            Crooked(duplex: { _, _, _ in throw broken })),
        Planted(
            "cancel_after_first_response", "the connection is lost", says: "connection was", cutting),
    ]

    static let deadlines = [
        Planted(
            "timeout_on_sleeping_server", "an answer at once", says: "UnaryCall ended with OK",
            Crooked(unary: { _, _ in .init() })),
        Planted(
            "timeout_on_sleeping_server", "the right code too early", says: "ended after",
            Crooked(unary: { _, _ in throw WireStatus(.deadlineExceeded, "no time") })),
        Planted(
            "timeout_on_sleeping_server", "a stream's answer at once", says: "one answer more",
            Crooked(duplex: { _, out, _ in try await send([9], out) })),
        Planted("timeout_on_sleeping_server", "the connection is lost", says: "connection was", cutting),
        Planted("timeout_before_start", "the connection is lost", says: "connection was", cutting),
    ]

    static let flow = [
        Planted(
            "max_streams", "streams that are over at once", says: "a call was answered while 100 were open",
            Crooked(duplex: { _, out, _ in try await send([9], out) })),
        Planted(
            "max_streams", "the call that waited is refused", says: "INTERNAL: broken",
            Crooked(unary: { _, _ in throw broken })),
        Planted(
            "thousands_of_calls", "one answer is another call's", says: "the answer of call 4321 has 4320 bytes",
            Crooked(unary: { request, _ in
                .init(payload: .zeros(Int(request.answerBytes == 4_321 ? 4_320 : request.answerBytes)))
            })),
        Planted(
            "thousands_of_calls", "the connection is lost for a while", says: "UNAVAILABLE",
            Crooked(unary: { request, context in
                if request.answerBytes == 2_500 { try await cut() }
                return try await InteropService().unaryCall(request, context: context)
            })),
        Planted(
            "server_pushback", "a server that reads ahead", says: "were sent to a server that does not read",
            Crooked(duplex: { inbound, out, _ in
                var answers = 0
                for try await _ in inbound { answers += 1 }
                try await Task.sleep(for: .seconds(3))
                try await send(Array(repeating: 1, count: answers), out)
            })),
        Planted(
            "server_pushback", "the neighbours are held too", says: "was held as well",
            Crooked(
                empty: { _ in
                    try await Task.sleep(for: .seconds(3))
                    return .init()
                })),
        Planted(
            "server_pushback", "an answer is lost", says: "did not come",
            Crooked(duplex: { inbound, out, _ in
                try await Task.sleep(for: .seconds(3))
                var first = true
                for try await _ in inbound {
                    if !first { try await send([1], out) }
                    first = false
                }
            })),
        Planted(
            "client_pushback", "an answer is lost", says: "answer 128 did not come",
            Crooked(output: { request, out, _ in try await send(request.answers.dropLast().map(\.bytes), out) })),
        Planted("client_pushback", "the connection is lost", says: "connection was", cutting),
    ]

    static let connections = [
        Planted("ping", "a server that wants no pings", says: "connection was") {
            var bench = Bench()
            bench.limits.maxPingsPerMinute = 2
            return bench
        },
        Planted("ping", "a server that does not wait for the answer to its ping", says: "connection was") {
            var bench = Bench()
            bench.limits.keepaliveTimeout = .zero
            return bench
        },
        Planted(
            "goaway", "a server that stays", says: "a new call went over the connection",
            Crooked(unary: { request, _ in .init(payload: .zeros(Int(request.answerBytes))) })),
        Planted(
            "goaway", "a server that leaves at once", says: "UNAVAILABLE",
            Crooked(unary: { _, _ in
                CallFaults.current?.goAway("at once", reconnectAfter: .zero, grace: .zero)
                try await Task.sleep(for: .seconds(5))
                return .init()
            })),
        Planted(
            "goaway", "a server that ends what was open", says: "UNAVAILABLE",
            Crooked(
                empty: { _ in
                    try await Task.sleep(for: .milliseconds(500))
                    return .init()
                },
                unary: { request, _ in
                    CallFaults.current?.goAway("soon", reconnectAfter: .zero, grace: .milliseconds(50))
                    return .init(payload: .zeros(Int(request.answerBytes)))
                })),
        Planted(
            "reconnect_after_break", "a server that does not break", says: "ended with OK",
            Crooked(duplex: { _, out, _ in try await send([9], out) })),
        Planted(
            "reconnect_after_break", "a server that only says so", says: "there were 1 connections, not 2",
            Crooked(duplex: { _, _, _ in throw WireStatus(.unavailable, "gone") })),
        Planted(
            "reconnect_after_break", "nothing works afterwards", says: "INTERNAL: broken",
            Crooked(empty: { _ in throw broken })),
    ]

    static let resets = [
        Planted(
            "rst_after_header", "a status in place of the reset", says: "ended with OK",
            Crooked(unary: { _, _ in .init() })),
        Planted(
            "rst_after_header", "no headers", says: "no initial metadata",
            Crooked(unary: { _, _ in try await reset(.aborted) })),
        Planted(
            "rst_during_data", "every answer", says: "should not have sent",
            Crooked(output: { request, out, _ in
                try await send(request.answers.map(\.bytes), out)
                try await reset(.aborted)
            })),
        Planted(
            "rst_during_data", "an orderly end", says: "ended with OK",
            Crooked(output: { request, out, _ in try await send(request.answers.prefix(2).map(\.bytes), out) })),
        Planted(
            "rst_after_data", "a status after all", says: "ended with OK",
            Crooked(unary: { _, _ in .init(payload: .zeros(9)) })),
        Planted(
            "rst_after_data", "another code", says: "ended with CANCELLED",
            Crooked(unary: { _, _ in try await reset(.cancelled) })),
        Planted("rst_after_data", "the connection is lost", says: "connection was", cutting),
        Planted(
            "rst_without_code", "a code", says: "ended with ABORTED",
            Crooked(unary: { _, _ in try await reset(.aborted) })),
    ]

    private static func reset(_ code: WireV1.Code) async throws -> Never {
        guard let faults = CallFaults.current else { throw broken }
        try await faults.reset(code, "on purpose")
    }
}
