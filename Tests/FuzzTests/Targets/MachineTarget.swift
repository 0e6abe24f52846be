import Messages

@testable import Wire

/// One connection machine and a peer that sends whatever the input says, while the application and time do as well.
enum MachineTarget {
    static func server(_ input: UnsafeRawBufferPointer) throws { try run(.server, input) }
    static func client(_ input: UnsafeRawBufferPointer) throws { try run(.client, input) }

    private static func run(_ role: ConnectionMachine.Role, _ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(FuzzReader(input))
        let setup = choices.reader.byte()
        var checked = CheckedMachine(role, limits: Choices.limits(tight: setup & 1 == 1))
        if setup & 2 == 0 { try checked.start() }
        // Most of what is worth trying comes after Hello.
        if setup & 4 == 0 { try checked.receive(choices.frame(1)) }
        while !choices.reader.isAtEnd {
            let operation = choices.reader.byte()
            if operation & 1 == 0 {
                try receive(&choices, operation >> 1, &checked)
            } else {
                try choices.local(operation >> 1, &checked)
            }
            checked.outgoing.removeAll(keepingCapacity: true)
        }
        try checked.lose()
    }

    private static func receive(_ choices: inout Choices, _ operation: UInt8, _ checked: inout CheckedMachine) throws {
        switch operation % 16 {
        case 0...4: try checked.receiveMessage(choices.stream(), bytes: choices.size(), end: choices.reader.bool())
        case 5: try checked.heard()
        case 6: try raw(&choices, &checked)
        default: try checked.receive(choices.frame(operation % 16 - 6))
        }
    }

    /// Bytes as they come from a socket.
    private static func raw(_ choices: inout Choices, _ checked: inout CheckedMachine) throws {
        let count = Int(choices.reader.byte())
        let body = choices.reader.bytes(count)
        var bytes = withUnsafeBytes(of: UInt32(count == 255 ? 1 << 20 : body.count).bigEndian, Array.init)
        bytes += body
        try checked.receive(bytes)
    }
}
