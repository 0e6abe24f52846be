import Foundation
import Messages
import Testing

@testable import CLI

/// Descriptors made readable again.
@Suite struct SchemaTextTests {
    private static let files = SchemaFiles.all
    private static var hasProtoc: Bool { protoc(["--version"]) }

    private static func trees() throws -> [SchemaTree] { try files.map { try SchemaTree($0.descriptor) } }

    /// What is shown of every file of the schema is a .proto file that protoc makes the same descriptor of.
    @Test(.enabled("needs protoc") { hasProtoc })
    func everyFileReadsAsItWasWritten() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = SchemaText(try Self.trees())
        for file in Self.files {
            let path = folder.appending(path: file.name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try #require(text.describe(file: file.name)).write(to: path, atomically: true, encoding: .utf8)
        }
        for file in Self.files {
            let out = folder.appending(path: "out.binpb")
            try #require(
                Self.protoc(["-I", folder.path, "--descriptor_set_out=\(out.path)", file.name]), "\(file.name)")
            // A set is its files in field 1.
            let set = try ReflectionV1.GetDescriptorsResponse(
                protobuf: Array(Data(contentsOf: out)), limits: .unlimited)
            #expect(set.files == [Self.withoutComments(file.descriptor)], "\(file.name)")
        }
    }

    @Test func aServiceIsShownWithItsComments() throws {
        let text = try #require(SchemaText(try Self.trees()).describe("mallbots.health.v1.HealthService"))
        #expect(
            text == """
                // mallbots/health/v1/health.proto

                service HealthService {
                  // The state of a service now. NOT_FOUND for one that the server does not know.
                  rpc Check(CheckRequest) returns (CheckResponse);
                  // The state now, and again whenever it changes, until the caller ends the call. A service that the server does not
                  // know is SERVICE_UNKNOWN, and may become known later.
                  rpc Watch(WatchRequest) returns (stream WatchResponse);
                }
                """)
    }

    @Test func aMethodIsShownWithItsMessages() throws {
        let text = try #require(SchemaText(try Self.trees()).describe("mallbots.bots.v1.BotService.Connect"))
        #expect(text.contains("\nrpc Connect(stream FromBot) returns (stream ToBot);\n"))
        #expect(text.contains("\nmessage FromBot {\n"))
        #expect(text.contains("\nmessage ToBot {\n"))
        #expect(text.contains("\n  oneof body {\n    Telemetry telemetry = 3;\n"))
    }

    @Test(arguments: [
        ("mallbots.depot.v1.Task", "  map<string, uint32> picked = "),
        ("mallbots.health.v1.ServingStatus", "  SERVING_STATUS_SERVING = 1;\n"),
        ("mallbots.orders.v1.Order", "  mallbots.types.v1.Money total = 5;\n"),
        ("mallbots.reflection.v1.ListServicesRequest", "message ListServicesRequest {}"),
    ])
    func symbolsAreShown(_ symbol: String, _ part: String) throws {
        let text = try #require(SchemaText(try Self.trees()).describe(symbol))
        #expect(text.contains(part), "\(text)")
    }

    @Test func whatIsNotDeclaredIsNotShown() throws {
        let text = SchemaText(try Self.trees())
        for symbol in ["", "mallbots.health.v1", "HealthService", "mallbots.depot.v1.Task.PickedEntry.key"] {
            #expect(text.describe(symbol) == nil)
        }
        #expect(text.describe(file: "mallbots/health/v1") == nil)
    }

    /// A server may send anything: what is no descriptor is refused or read as far as it goes, and never more.
    @Test func damagedDescriptorsEndInAnErrorOrInLess() throws {
        let whole = try #require(Self.files.first { $0.name.contains("reflection") }).descriptor
        var refused = 0
        for length in 0..<whole.count {
            do { _ = try SchemaTree(Array(whole.prefix(length))) } catch is Failure { refused += 1 }
        }
        #expect(refused > whole.count / 2)
        for place in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[place] ^= 1 << UInt8(bit)
                if let tree = try? SchemaTree(damaged) { _ = SchemaText([tree]).describe(file: tree.name) }
            }
        }
    }

    @Test func nestingHasAnEnd() {
        // A file with a message in a message in a message …
        func nested(_ depth: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            for _ in 0..<depth { bytes = [0x1A] + Self.varint(bytes.count) + bytes }
            return [0x22] + Self.varint(bytes.count) + bytes
        }
        #expect(throws: Never.self) { try SchemaTree(nested(20)) }
        #expect(throws: Failure.self) { try SchemaTree(nested(1_000)) }
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
    }

    /// The descriptor without its source information, which protoc leaves out unless asked: field 9. All fields of these
    /// files have a length and a tag of one byte.
    private static func withoutComments(_ descriptor: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = descriptor[...]
        while let tag = rest.popFirst() {
            var length = 0
            var shift = 0
            while let byte = rest.popFirst() {
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            if tag != 9 << 3 | 2 { result += [tag] + varint(length) + rest.prefix(length) }
            rest = rest.dropFirst(length)
        }
        return result
    }

    private static func protoc(_ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["protoc"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
