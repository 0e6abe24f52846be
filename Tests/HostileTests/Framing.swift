import Messages

@testable import Wire

// Lengths, and bytes that are no frames.
extension Catalogue {
    mutating func framing() {
        server("a frame of length 0", Self.badFrame) { $0.bytes([0, 0, 0, 0]) }
        server("a frame of length 0 as the first bytes", Self.badFrame, greeted: false) { $0.bytes([0, 0, 0, 0]) }
        client("a frame of length 0", Self.badFrame) { $0.bytes([0, 0, 0, 0]) }
        server("a frame of 4 GiB", Self.tooLong) { $0.bytes([255, 255, 255, 255]) }
        client("a frame of 4 GiB", Self.tooLong) { $0.bytes([255, 255, 255, 255]) }
        server("a frame of 2 GiB, negative as a signed number", Self.tooLong) { $0.bytes([128, 0, 0, 0]) }
        server("a frame one byte over the limit", Self.tooLong) { $0.bytes([0, 1, 0, 1]) }
        server("a length over the limit a byte at a time", Self.tooLong) { victim in
            for byte in [1, 0, 0, 0] as [UInt8] { victim.bytes([byte]) }
        }
        server("a length over the limit is refused before its bytes come", Self.tooLong) { victim in
            victim.bytes([0, 2, 0, 0])
        } check: {
            $0.goAways.last?.message.contains("131072") == true
        }
        server("a little-endian length", Self.tooLong) { $0.bytes([6, 0, 0, 0, 8, 1, 0x12, 0, 0x78, 1]) }
        server("an HTTP/1.1 request", Self.tooLong, greeted: false) { $0.bytes(Array("GET / HTTP/1.1\r\n\r\n".utf8)) }
        server("an HTTP/2 preface", Self.tooLong, greeted: false) {
            $0.bytes(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        }
        server("a TLS record inside TLS", Self.tooLong, greeted: false) { $0.bytes([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC]) }
        server("an SSH banner", Self.tooLong, greeted: false) { $0.bytes(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)) }
        server("frames without their length", Self.tooLong, greeted: false) { $0.bytes([0x1A, 4, 8, 1, 16, 1]) }
        server("half a frame, for ever", .nobody) { victim in
            victim.open(1)
            victim.bytes([0, 0, 0, 10, 8])
            // The other half comes much later, and counts.
            victim.time = victim.time + .seconds(20)
            victim.bytes([1, 0x12, 6, 1, 2, 3, 4, 5, 6])
        } check: {
            $0.delivered[1] == 1
        }
        server("a good frame before a bad one in one read counts", Self.badFrame) { victim in
            victim.bytes(FrameEncoder.encode(.init(streamID: 1, kind: .open(.init(method: "/a.B/C")))) + [0, 0, 0, 0])
        } check: {
            $0.begun == [1]
        }
        server("nothing behind a bad frame counts", Self.badFrame) { victim in
            victim.bytes([0, 0, 0, 0] + FrameEncoder.encode(.init(streamID: 1, kind: .open(.init(method: "/a.B/C")))))
        } check: {
            $0.begun.isEmpty
        }
        server("a thousand whole frames in one read", .nobody) { victim in
            victim.open(1)
            victim.bytes((0..<1_000).flatMap { _ in Victim.prefixed([8, 1, 0x12, 1, 9]) })
        } check: {
            $0.delivered[1] == 1_000
        }
    }

    mutating func encoding() {
        server("bytes that are no protobuf", Self.badFrame) { $0.body([255, 255, 255, 255, 255, 255]) }
        client("bytes that are no protobuf", Self.badFrame) { $0.body([255, 255, 255, 255, 255, 255]) }
        server("a tag and nothing else", Self.badFrame) { $0.body([8]) }
        server("a field with number 0", Self.badFrame) { $0.body([0, 0]) }
        server("the start of a group", Self.badFrame) { $0.body([0x0B, 1]) }
        server("the end of a group", Self.badFrame) { $0.body([0x0C]) }
        server("wire type 6", Self.badFrame) { $0.body([0x0E, 1]) }
        server("wire type 7", Self.badFrame) { $0.body([0x0F, 1]) }
        server("a varint that never ends", Self.badFrame) { $0.body([8] + Array(repeating: 0x80, count: 64)) }
        server("a varint of eleven bytes", Self.badFrame) { $0.body([8] + Array(repeating: 0x80, count: 10) + [1]) }
        server("a field longer than its frame", Self.badFrame) { $0.body([8, 1, 0x12, 100, 1]) }
        server("a field of 4 GiB in a small frame", Self.badFrame) { $0.body([0x12, 255, 255, 255, 255, 15, 1]) }
        server("a nested message longer than its parent", Self.badFrame) { $0.body([0x22, 3, 0x0A, 60, 1]) }
        server("the stream's number as bytes", Self.badFrame) { $0.body([0x0A, 1, 1]) }
        server("a message as a number", Self.badFrame) { $0.body([8, 1, 0x10, 5]) }
        server("a fixed64 cut short", Self.badFrame) { $0.body([0x79, 1, 2, 3]) }
        server("an Open twice in one frame", Self.badFrame) { $0.body([8, 1, 0x22, 0, 0x22, 0]) }
        server("a method that is not UTF-8", Self.badFrame) { $0.body([8, 1, 0x22, 4, 0x0A, 2, 0xC3, 0x28]) }
        server("a method in overlong UTF-8", Self.badFrame) { $0.body([8, 1, 0x22, 4, 0x0A, 2, 0xC0, 0x80]) }
        server("a surrogate in a method", Self.badFrame) { $0.body([8, 1, 0x22, 5, 0x0A, 3, 0xED, 0xA0, 0x80]) }
        server("a character beyond Unicode", Self.badFrame) {
            $0.body([8, 1, 0x22, 6, 0x0A, 4, 0xF4, 0x90, 0x80, 0x80])
        }
        client("a status's message that is not UTF-8", Self.badFrame) { $0.body([8, 1, 0x32, 4, 0x12, 2, 0xFF, 0xFE]) }
        server("4,097 unknown fields", Self.badFrame) { victim in
            victim.body((0..<4_097).flatMap { _ in [0xA0, 0x06, 1] as [UInt8] })
        }
        server("an Open with 5,000 metadata entries", Self.badFrame) { victim in
            let entries = (0..<5_000).flatMap { _ in [0x1A, 3, 0x0A, 1, 0x61] as [UInt8] }
            victim.body([8, 1, 0x22, 0xA8, 0xC3, 1] + entries)
        }
        server("unknown fields within the limit are ignored", .nobody) { victim in
            victim.open(1)
            victim.body([8, 1, 0x12, 1, 9] + (0..<4_000).flatMap { _ in [0xA0, 0x06, 1] as [UInt8] })
        } check: {
            $0.delivered[1] == 1
        }
        server("a message in an unusual encoding is the same message", .nobody) { victim in
            victim.open(1)
            victim.body([0x78, 1, 0x12, 2, 1, 2, 8, 1])
        } check: {
            $0.delivered[1] == 1 && $0.machine.streams[1]?.hasReceivedEnd == true
        }
        server("credit is taken for a message in an unusual encoding", Self.noCredit) { victim in
            victim.open(1)
            let large = Array(repeating: 1, count: 60_000) as [UInt8]
            for _ in 0..<3 { victim.body([0x12, 0xE0, 0xD4, 3] + large + [8, 1]) }
        } check: {
            $0.delivered[1] == 2
        }
    }
}
