import Foundation
import Messages
import Testing

@testable import Wire

/// docs/protocol.md's examples are what this implementation reads and writes.
@Suite struct ProtocolPageTests {
    struct Example: CustomTestStringConvertible {
        var json: String
        var bytes: [UInt8]
        var testDescription: String { json }
    }

    static func examples() throws -> [Example] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/protocol.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.components(separatedBy: "```wire-frame\n").dropFirst().compactMap { block in
            let lines = block.components(separatedBy: "\n```")[0].split(separator: "\n")
            let hex = lines.dropFirst().flatMap { $0.dropFirst(2).split(separator: " ") }
            return Example(json: String(lines[0]), bytes: hex.compactMap { UInt8($0, radix: 16) })
        }
    }

    @Test func everyKindHasAnExample() throws {
        let kinds = try Self.examples().map { try WireV1.Frame(protobuf: Array($0.bytes[4...])).kind?.typeName ?? "" }
        #expect(
            Set(kinds) == [
                "", "Message", "Hello", "Open", "Headers", "Status", "Reset", "Credit", "Ping", "GoAway",
            ])
    }

    @Test(arguments: try examples())
    func example(example: Example) throws {
        let (decoded, consumed) = try #require(
            try example.bytes.withUnsafeBytes { try FrameDecoder.decode($0, maxFrameBytes: 65_536) })
        #expect(consumed == example.bytes.count)
        let frame: WireV1.Frame
        switch decoded {
        case .other(let other): frame = other
        case .message(let stream, let payload, let end):
            frame = .init(streamID: stream, kind: .message(Array(example.bytes[payload])), end: end)
        }
        #expect(frame.json() == example.json)
        #expect(FrameEncoder.encode(frame) == example.bytes)
    }
}
