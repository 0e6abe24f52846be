import Messages

@testable import Wire

// Credit and metadata.
extension Catalogue {
    mutating func credit() {
        let most = UInt32(ConnectionMachine.maxCredit)
        server("credit of 4 GiB", Self.noCredit) { victim in
            victim.open(1)
            victim.frame(.credit(.init(bytes: .max)), on: 1)
        }
        server("credit beyond the bound in two steps", Self.noCredit) { victim in
            victim.open(1)
            victim.frame(.credit(.init(bytes: most - 65_536)), on: 1)
            victim.frame(.credit(.init(bytes: 1)), on: 1)
        }
        server("credit to the bound exactly", .nobody) { victim in
            victim.open(1)
            victim.frame(.credit(.init(bytes: most - 65_536)), on: 1)
        } check: {
            $0.machine.streams[1]?.sendCredit == ConnectionMachine.maxCredit
        }
        client("credit beyond the bound from a server", Self.noCredit) { $0.frame(.credit(.init(bytes: .max)), on: 1) }
        server("credit for nothing", .nobody) { victim in
            victim.open(1)
            victim.frame(.credit(.init()), on: 1)
        } check: {
            $0.machine.streams[1]?.sendCredit == 65_536
        }
        server("credit for the connection", Self.violation) { $0.frame(.credit(.init(bytes: 1))) }
        server("credit on a stream that never was", Self.violation) { $0.frame(.credit(.init(bytes: 1)), on: 1) }
        client("credit on a stream that never was", Self.violation) { $0.frame(.credit(.init(bytes: 1)), on: 2) }
        server("credit on a call that is over", .nobody) { victim in
            victim.open(1)
            victim.answer(1)
            victim.frame(.credit(.init(bytes: .max)), on: 1)
        }
        server("credit on a half-closed call", .nobody) { victim in
            victim.open(1, end: true)
            victim.frame(.credit(.init(bytes: 5)), on: 1)
        } check: {
            $0.machine.streams[1]?.sendCredit == 65_541
        }
        server("a flood of credit, a byte each", Self.controls) { victim in
            victim.open(1)
            for _ in 0...20_000 { victim.frame(.credit(.init(bytes: 1)), on: 1) }
        }
        client("a flood of credit from a server", Self.controls) { victim in
            for _ in 0...20_000 { victim.frame(.credit(.init()), on: 1) }
        }
        server("much credit, but not too fast", .nobody) {
            $0.maxControlFramesPerSecond = 100
        } _: { victim in
            victim.open(1)
            for _ in 0..<20 {
                victim.time = victim.time + .seconds(1)
                for _ in 0..<100 { victim.frame(.credit(.init(bytes: 1)), on: 1) }
            }
        } check: {
            $0.machine.streams[1]?.sendCredit == 67_536
        }
        server("no credit at all: the call waits, the others do not", .nobody) { victim in
            victim.open(1)
            victim.open(3)
            while victim.machine.send(1, payloadBytes: 60_000) == .write {}
        } check: { victim in
            var victim = victim
            return victim.machine.send(1, payloadBytes: 1) == .blocked
                && victim.machine.send(3, payloadBytes: 1) == .write
        }
        server("credit in crumbs does not make messages smaller", .nobody) { victim in
            victim.open(1)
            while victim.machine.send(1, payloadBytes: 65_000) == .write {}
            // 64,464 bytes overdrawn, given back one at a time: only the byte beyond that lets a message go, a whole one.
            for _ in 0..<644 { victim.frame(.credit(.init(bytes: 100)), on: 1) }
            for _ in 0..<64 { victim.frame(.credit(.init(bytes: 1)), on: 1) }
        } check: { victim in
            var victim = victim
            let isBlocked = victim.machine.send(1, payloadBytes: 65_000) == .blocked
            victim.frame(.credit(.init(bytes: 1)), on: 1)
            return isBlocked && victim.effects.last == .writable(stream: 1)
                && victim.machine.send(1, payloadBytes: 65_000) == .write
        }
    }

    mutating func metadata() {
        let invalid = HostileCase.Outcome.call(1, .invalidArgument, .metadata)
        let tooMuch = HostileCase.Outcome.call(1, .resourceExhausted, .metadata)
        for (what, key) in [
            ("an upper-case key", "X-Trace"), ("an empty key", ""), ("a key with a space", "a b"),
            ("a key with NUL", "a\0b"),
            ("a key with a colon", ":path"), ("a key with a line break", "a\nb"), ("a key that is not ASCII", "clé"),
        ] {
            server(what, invalid) {
                $0.open(1, [.init(key: key, value: "1")])
            } check: {
                $0.begun.isEmpty
            }
        }
        for (what, value) in [
            ("a value with a line break", "1\r\nx-admin: yes"), ("a value with NUL", "a\0"),
            ("a value that is not ASCII", "é"),
            ("a value with DEL", "\u{7F}"), ("a value with a terminal's escape", "\u{1B}[2J"),
        ] {
            server(what, invalid) {
                $0.open(1, [.init(key: "a", value: value)])
            } check: {
                $0.begun.isEmpty
            }
        }
        server("text under a key in -bin", invalid) { $0.open(1, [.init(key: "a-bin", value: "text")]) }
        server("bytes under a key not in -bin", invalid) { $0.open(1, [.init(key: "a", binaryValue: [0])]) }
        server("8,193 bytes of metadata", tooMuch) {
            $0.open(1, [.init(key: "a", value: String(repeating: "x", count: 8_192))])
        }
        server("8,192 bytes of metadata", .nobody) {
            $0.open(1, [.init(key: "a", value: String(repeating: "x", count: 8_191))])
        } check: {
            $0.begun == [1]
        }
        server("8,193 bytes of metadata in many entries", tooMuch) { victim in
            victim.open(1, (0..<100).map { .init(key: "k\($0)", value: String(repeating: "x", count: 80)) })
        }
        server("129 entries of metadata", tooMuch) { victim in
            victim.open(1, (0..<129).map { _ in .init(key: "a") })
        }
        server("128 entries under one key", .nobody) { victim in
            victim.open(1, (0..<128).map { _ in .init(key: "a") })
        } check: {
            $0.begun == [1]
        }
        server("a key of 60,000 bytes is not sent back", tooMuch) {
            $0.open(1, [.init(key: String(repeating: "k", count: 60_000), value: "\n")])
        } check: {
            $0.written.allSatisfy { FrameEncoder.encode($0).count < 300 }
        }
        client("a server's headers with a bad key", .call(1, .internal, .metadata)) {
            $0.frame(.headers(.init(metadata: [.init(key: "BAD")])), on: 1)
        } check: { victim in
            !victim.effects.contains { if case .headers = $0 { true } else { false } }
        }
        client("a server's headers of 9,000 bytes", .call(1, .internal, .metadata)) {
            $0.frame(.headers(.init(metadata: [.init(key: "a", value: String(repeating: "x", count: 9_000))])), on: 1)
        }
        client("a server's trailing metadata with a line break", .call(1, .internal, .metadata)) {
            $0.frame(.status(.init(metadata: [.init(key: "a", value: "\n")])), on: 1)
        }
        client("a server's trailing metadata of 129 entries", .call(1, .internal, .metadata)) { victim in
            victim.frame(.status(.init(metadata: (0..<129).map { _ in .init(key: "a") })), on: 1)
        }
    }
}
