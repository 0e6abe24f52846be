import Messages

@testable import Wire

// Calls: how many, how fast, under which numbers.
extension Catalogue {
    mutating func opens() {
        client("Open from a server", Self.violation) { $0.open(2) }
        client("Open from a server on the client's own call", Self.violation) { $0.open(1) }
        server("one call more than allowed", .call(101, .resourceExhausted, .tooManyStreams)) { victim in
            for id in 1...101 as ClosedRange<UInt32> { victim.open(id) }
        } check: {
            $0.begun.count == 100 && $0.machine.streams.count == 100
        }
        server("calls opened too fast", .connection(.tooManyOpens, .resourceExhausted)) {
            $0.maxOpensPerSecond = 50
        } _: { victim in
            for id in 1...51 as ClosedRange<UInt32> { victim.open(id) }
        } check: {
            $0.begun.count == 50
        }
        server("refused calls count as opened", .connection(.tooManyOpens, .resourceExhausted)) {
            $0.maxOpensPerSecond = 50
            $0.maxStreams = 1_000
            $0.maxMetadataEntries = 0
        } _: { victim in
            for id in 1...51 as ClosedRange<UInt32> { victim.open(id, [.init(key: "a")]) }
        } check: {
            $0.begun.isEmpty
        }
        server("as many calls as allowed, second after second", .nobody) {
            $0.maxOpensPerSecond = 50
        } _: { victim in
            for id in 1...500 as ClosedRange<UInt32> {
                if id % 50 == 1 { victim.time = victim.time + .seconds(1) }
                victim.open(id)
                victim.answer(id)
            }
        }
        server("open and reset in turn: handlers that linger count", .call(3, .resourceExhausted, .tooManyStreams)) {
            $0.maxStreams = 1
        } _: { victim in
            for id in 1...2 as ClosedRange<UInt32> {
                victim.open(id)
                victim.frame(.reset(.init()), on: id)
            }
            victim.open(3)
        } check: {
            $0.begun == [1, 2] && $0.machine.handlers == 2
        }
        server("the rapid reset", .connection(.tooManyResets, .resourceExhausted)) { victim in
            for id in 1...10_000 as ClosedRange<UInt32> {
                victim.open(id)
                victim.frame(.reset(.init(code: .cancelled)), on: id)
                victim.machine.handlerEnded()
            }
        } check: {
            $0.begun.count == 501
        }
        server("a deadline of a millisecond", .call(1, .deadlineExceeded, nil)) { victim in
            victim.open(1, timeoutMs: 1)
            victim.wait(.milliseconds(1))
        }
        server("a deadline of 49 days", .nobody) {
            $0.open(1, timeoutMs: .max)
        } check: {
            $0.machine.pendingDeadlines == 1
        }
        server("deadlines of calls that are over do not pile up", .nobody) { victim in
            for id in 1...2_000 as ClosedRange<UInt32> {
                victim.open(id, timeoutMs: 1_000_000)
                if id > 1 { victim.answer(id) }
            }
        } check: {
            $0.machine.pendingDeadlines <= 70
        }
        server("a call without a method", .nobody) {
            $0.frame(.open(.init()), on: 1)
        } check: {
            $0.begun == [1]
        }
        server("a call while the server leaves is not begun", .closed([])) { victim in
            victim.open(1)
            victim.machine.drain("bye", reconnectAfterMs: 0, grace: .seconds(5), now: victim.time)
            victim.open(2)
            victim.message(2)
            victim.wait(.seconds(5))
        } check: {
            $0.begun == [1] && $0.told(of: 2).isEmpty && $0.goAways.first?.lastStreamID == 1
        }
        server("a flood of calls while the server leaves", .connection(.tooManyOpens, .resourceExhausted)) {
            $0.maxOpensPerSecond = 50
        } _: { victim in
            victim.open(1)
            victim.machine.drain("bye", reconnectAfterMs: 0, grace: .seconds(5), now: victim.time)
            for id in 2...51 as ClosedRange<UInt32> { victim.open(id) }
        }
    }

    mutating func ids() {
        server("a number used again while its call is open", Self.violation) { victim in
            victim.open(1)
            victim.open(1)
        } check: {
            $0.begun == [1]
        }
        server("a number used again when its call is over", Self.violation) { victim in
            victim.open(1)
            victim.answer(1)
            victim.open(1)
        }
        server("a number that goes back", Self.violation) { victim in
            victim.open(7)
            victim.open(6)
        }
        server("a number that goes back to one that was refused", Self.violation) {
            $0.maxStreams = 1
        } _: { victim in
            victim.open(1)
            victim.open(2)
            victim.open(2)
        } check: {
            $0.refusals.first == .tooManyStreams
        }
        server("Open on stream 0", Self.violation) { $0.open(0) }
        server("numbers may skip", .nobody) { victim in
            victim.open(1_000_000)
            victim.open(1_000_002)
        } check: {
            $0.begun == [1_000_000, 1_000_002]
        }
        server("the last number there is, and then another", Self.violation) { victim in
            victim.open(.max)
            victim.open(1)
        } check: {
            $0.begun == [.max]
        }
        server("the last number there is", .nobody) { victim in
            victim.open(.max)
            victim.message(.max)
        } check: {
            $0.delivered[.max] == 1
        }
        server("a number of more than 32 bits", Self.violation) { victim in
            // 2^32 is 0 in 32 bits, as in every protobuf decoder: an Open on stream 0.
            victim.body([8, 0x80, 0x80, 0x80, 0x80, 0x10, 0x22, 0])
        }
        server("a message on a number that was skipped", Self.noCredit) { victim in
            victim.open(9)
            victim.message(5)
        }
        client("a frame on a number not yet used", Self.violation) { $0.frame(.status(.init()), on: 2) }
        client("a message on a number not yet used", Self.violation) { $0.message(2) }
        client("a message on the last number there is", Self.violation) { $0.message(.max) }
    }
}
