import Messages

@testable import Wire

// Messages where none may come, or more than may.
extension Catalogue {
    mutating func messages() {
        server("a message on stream 0", Self.violation) { $0.message(0) }
        client("a message on stream 0", Self.violation) { $0.message(0) }
        server("a message on a stream that never was", Self.violation) { $0.message(3) }
        server("a message after end", Self.violation) { victim in
            victim.open(1)
            victim.message(1, end: true)
            victim.message(1)
        } check: {
            $0.delivered[1] == 1
        }
        server("a message after end alone", Self.violation) { victim in
            victim.open(1)
            victim.frame(nil, on: 1, end: true)
            victim.message(1)
        }
        server("a message after an Open with end", Self.violation) { victim in
            victim.open(1, end: true)
            victim.message(1)
        }
        server("a message without credit", Self.noCredit) { victim in
            victim.open(1)
            for _ in 0..<3 { victim.message(1, bytes: 40_000) }
        } check: {
            $0.delivered[1] == 2
        }
        server("the last message may overdraw", .nobody) { victim in
            victim.open(1)
            victim.message(1, bytes: 65_500)
            victim.message(1, bytes: 65_500)
        } check: {
            $0.delivered[1] == 2
        }
        server("empty messages without end", Self.noCredit) { victim in
            victim.open(1)
            for _ in 0...2_048 { victim.message(1, bytes: 0) }
        } check: {
            $0.delivered[1] == 2_048
        }
        server("one call's credit is not another's", Self.noCredit) { victim in
            victim.open(1)
            victim.open(2)
            for _ in 0..<3 { victim.message(1, bytes: 40_000) }
        } check: {
            $0.delivered[2] == nil
        }
        client("an answer without credit", Self.noCredit) { victim in
            for _ in 0..<3 { victim.message(1, bytes: 40_000) }
        } check: {
            $0.delivered[1] == 2 && $0.ends(of: 1) == [.unavailable]
        }
        client("a server's message with end means nothing", .nobody) { victim in
            victim.message(1, end: true)
            victim.message(1)
        } check: {
            $0.delivered[1] == 2
        }
        server("what is consumed may be sent again, and no more", Self.noCredit) { victim in
            victim.open(1)
            victim.message(1, bytes: 65_000)
            victim.message(1, bytes: 1_000)
            victim.consume(1)
            for _ in 0..<3 { victim.message(1, bytes: 60_000) }
        } check: {
            $0.delivered[1] == 4
        }
        server(
            "100 calls that nobody reads: the one with the most ends", .call(100, .resourceExhausted, .tooMuchBuffered)
        ) {
            $0.maxBufferedBytes = 200_000
        } _: { victim in
            for id in 1...100 as ClosedRange<UInt32> { victim.open(id) }
            for id in 1...99 as ClosedRange<UInt32> { victim.message(id, bytes: 1_500) }
            victim.message(100, bytes: 60_000)
        } check: {
            $0.machine.held == 99 * 1_500 && $0.machine.streams.count == 99
        }
        server("of two that hold the same the first ends", .call(1, .resourceExhausted, .tooMuchBuffered)) {
            $0.maxBufferedBytes = 100_000
        } _: { victim in
            for id in 1...2 as ClosedRange<UInt32> {
                victim.open(id)
                victim.message(id, bytes: 60_000)
            }
        } check: {
            $0.machine.held == 60_000
        }
        server("a call that is kept up with is never the one", .nobody) {
            $0.maxBufferedBytes = 70_000
        } _: { victim in
            victim.open(1)
            for _ in 0..<1_000 {
                victim.message(1, bytes: 60_000)
                victim.consume(1)
            }
        } check: {
            $0.delivered[1] == 1_000 && $0.machine.held == 0
        }
        server("credit is not for what a half-closed call consumes, its memory is", .nobody) { victim in
            victim.open(1)
            victim.message(1, bytes: 50_000, end: true)
            victim.consume(1)
        } check: { victim in
            victim.machine.held == 0
                && !victim.written.contains { if case .credit? = $0.kind { true } else { false } }
        }
        client("a client keeps what its own calls have", .nobody) {
            $0.maxBufferedBytes = 1_000
        } _: {
            $0.message(1, bytes: 60_000)
        } check: {
            $0.delivered[1] == 1
        }
    }

    mutating func late() {
        server("a message behind the server's status is dropped", .nobody) { victim in
            victim.open(1)
            victim.answer(1)
            victim.message(1, bytes: 60_000)
        } check: {
            $0.delivered[1] == nil
        }
        server("more behind the server's status than there was credit", Self.noCredit) { victim in
            victim.open(1)
            victim.answer(1)
            for _ in 0..<4 { victim.message(1, bytes: 60_000) }
        }
        server("messages behind a refused Open are dropped", .call(1, .resourceExhausted, .metadata)) { victim in
            victim.open(1, [.init(key: "a", value: String(repeating: "x", count: 9_000))])
            victim.message(1, bytes: 60_000)
        } check: {
            $0.delivered.isEmpty
        }
        server("messages behind the client's own reset", Self.noCredit) { victim in
            victim.open(1)
            victim.frame(.reset(.init()), on: 1)
            victim.message(1)
        }
        server("messages behind an end and the status", Self.noCredit) { victim in
            victim.open(1)
            victim.message(1, end: true)
            victim.answer(1)
            victim.message(1)
        }
        server("a flood of empty messages on a call that is over", Self.noCredit) { victim in
            victim.open(1)
            victim.answer(1)
            for _ in 0..<5_000 { victim.message(1, bytes: 0) }
        }
        server("a flood of resets for calls that are over", Self.controls) {
            $0.maxControlFramesPerSecond = 100
        } _: { victim in
            victim.open(1)
            victim.answer(1)
            // The first is what a client does that has not heard.
            for _ in 0...101 { victim.frame(.reset(.init()), on: 1) }
        }
        server("the ends of calls that were answered early are no flood", .nobody) {
            $0.maxControlFramesPerSecond = 10
        } _: { victim in
            for id in 1...100 as ClosedRange<UInt32> {
                victim.open(id)
                victim.answer(id)
                victim.frame(nil, on: id, end: true)
            }
        }
        client("an answer that crosses the client's cancellation", .nobody) { victim in
            victim.cancel(1)
            victim.message(1, bytes: 60_000)
            victim.frame(.status(.init()), on: 1)
        } check: {
            $0.ends(of: 1) == [.cancelled] && $0.delivered.isEmpty
        }
        client("a server that talks on behind its status", Self.noCredit) { victim in
            victim.frame(.status(.init()), on: 1)
            victim.message(1)
        }
        client("a server that does not hear a cancellation", Self.noCredit) { victim in
            victim.cancel(1)
            for _ in 0..<4 { victim.message(1, bytes: 60_000) }
        }
    }
}
