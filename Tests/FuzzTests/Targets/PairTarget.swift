import Messages

@testable import Wire

/// A client's and a server's machine joined by a link, with applications that do what the input says.
///
/// While the link is honest, neither side ever has reason to refuse what the other says, and in the end both agree on
/// which calls there are and how much credit each has. A link that damages, drops, repeats or swaps frames must only
/// harm the connection.
enum PairTarget {
    static func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(FuzzReader(input))
        let setup = choices.reader.byte()
        var pair = Pair(limits: Choices.limits(tight: setup & 1 == 1), isHonest: setup & 2 == 0)
        try pair.client.start()
        try pair.server.start()
        while !choices.reader.isAtEnd {
            let operation = choices.reader.byte()
            switch operation % 8 {
            case 0...1: try pair.step(toServer: true, count: 1 + Int(operation / 8 % 8), &choices)
            case 2...3: try pair.step(toServer: false, count: 1 + Int(operation / 8 % 8), &choices)
            case 4...5: try choices.local(operation / 8 & 15, &pair.client)
            default: try choices.local(operation / 8 & 15, &pair.server)
            }
            pair.meetClocks()
        }
        if pair.isHonest { try pair.settle(&choices) }
        try pair.client.lose()
        try pair.server.lose()
    }
}

private struct Pair {
    var client: CheckedMachine
    var server: CheckedMachine
    let isHonest: Bool
    private var toServer: [CheckedMachine.Outgoing] = []
    private var toClient: [CheckedMachine.Outgoing] = []

    init(limits: WireLimits, isHonest: Bool) {
        client = CheckedMachine(.client, limits: limits)
        server = CheckedMachine(.server, limits: limits)
        self.isHonest = isHonest
    }

    /// Both live in the same time.
    mutating func meetClocks() {
        let now = max(client.time, server.time)
        client.time = now
        server.time = now
    }

    private mutating func collect() {
        toServer += client.outgoing
        toClient += server.outgoing
        client.outgoing.removeAll(keepingCapacity: true)
        server.outgoing.removeAll(keepingCapacity: true)
    }

    /// Carries the next `count` frames in one direction.
    mutating func step(toServer isToServer: Bool, count: Int, _ choices: inout Choices) throws {
        collect()
        for _ in 0..<count {
            guard let next = isToServer ? toServer.first : toClient.first else { return }
            if isToServer { toServer.removeFirst() } else { toClient.removeFirst() }
            if isToServer ? server.isClosed : client.isClosed { continue }
            if isHonest {
                try deliver(next, isToServer)
            } else {
                try damage(next, isToServer, &choices)
            }
        }
        // A batch ends.
        if isToServer { try server.heard() } else { try client.heard() }
        if isHonest { try noBlame() }
    }

    private mutating func deliver(_ item: CheckedMachine.Outgoing, _ isToServer: Bool) throws {
        switch item {
        case .frame(let frame): if isToServer { try server.receive(frame) } else { try client.receive(frame) }
        case .message(let stream, let bytes):
            if isToServer {
                try server.receiveMessage(stream, bytes: bytes, end: false)
            } else {
                try client.receiveMessage(stream, bytes: bytes, end: false)
            }
        }
    }

    private mutating func damage(
        _ item: CheckedMachine.Outgoing, _ isToServer: Bool, _ choices: inout Choices
    ) throws {
        let damage = choices.reader.byte()
        switch damage % 16 {
        case 0: return  // dropped
        case 1:
            try deliver(item, isToServer)
            try deliver(item, isToServer)
        case 2:  // swapped with the one behind
            if isToServer, let next = toServer.first {
                toServer[0] = item
                try deliver(next, isToServer)
            } else if !isToServer, let next = toClient.first {
                toClient[0] = item
                try deliver(next, isToServer)
            }
        case 3...5:
            guard case .frame(let frame) = item else { return try deliver(item, isToServer) }
            var bytes = FrameEncoder.encode(frame)
            for _ in 0..<damage % 16 - 2 {
                let index = 4 + choices.reader.below(bytes.count - 4)
                bytes[index] = choices.reader.byte()
            }
            if isToServer { try server.receive(bytes) } else { try client.receive(bytes) }
        default: try deliver(item, isToServer)
        }
    }

    /// What honest peers never hear from one another.
    private func noBlame() throws {
        for (reason, detail) in client.refusals + server.refusals {
            switch reason {
            case .badFrame, .frameTooLong, .protocolViolation, .version, .credit:
                throw FuzzFinding(description: "honest peers, and yet \(reason): \(detail)")
            default: break
            }
        }
    }

    /// Everything under way arrives; then both sides keep the same books.
    mutating func settle(_ choices: inout Choices) throws {
        collect()
        var rounds = 0
        while !toServer.isEmpty || !toClient.isEmpty {
            rounds += 1
            try always(rounds < 100, "two machines that never fall silent")
            try step(toServer: true, count: toServer.count, &choices)
            try step(toServer: false, count: toClient.count, &choices)
            collect()
        }
        if client.isClosed || server.isClosed { return }
        try always(client.streams == server.streams, "calls \(client.streams) here and \(server.streams) there")
        for id in client.streams {
            guard let here = client.calls[id], let there = server.calls[id] else { continue }
            try always(
                here.sendCredit == there.receiveCredit,
                "stream \(id): the client may send \(here.sendCredit), the server expects \(there.receiveCredit)")
            try always(
                there.sendCredit == here.receiveCredit,
                "stream \(id): the server may send \(there.sendCredit), the client expects \(here.receiveCredit)")
        }
    }
}
