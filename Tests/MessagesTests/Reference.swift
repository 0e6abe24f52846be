import Foundation
import Messages

/// One case that Google's implementation made: see `Fixtures/reference.py`.
struct ReferenceCase: Decodable {
    var message: String
    var name: String?
    var input: String
    var canonical: String?
    var json: JSONValue
    var twice: Bool?

    var inputBytes: [UInt8] { bytes(hex: input) }
    var canonicalBytes: [UInt8] { bytes(hex: canonical ?? input) }
}

enum Reference {
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    static let features = tests.appending(path: "Features/features.binpb").path
    private static let fixtures = tests.appending(path: "MessagesTests/Fixtures")

    /// The cases in the repository.
    static func committed() throws -> [ReferenceCase] {
        try parse(Data(contentsOf: fixtures.appending(path: "reference.jsonl")))
    }

    /// New cases, made now; nil where no Python with protobuf is installed.
    static func fresh(seed: Int, count: Int) throws -> [ReferenceCase]? {
        let script = fixtures.appending(path: "reference.py").path
        let python = ["python3", "/usr/bin/python3"].first { run([$0, "-c", "import google.protobuf"]) != nil }
        guard let python, let output = run([python, script, features, String(seed), String(count)]) else { return nil }
        return try parse(output)
    }

    private static func parse(_ data: Data) throws -> [ReferenceCase] {
        try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(ReferenceCase.self, from: $0) }
    }
}

/// What a command prints when given `input`; nil when it is not there or fails.
func run(_ command: [String], input: [UInt8] = [], in folder: URL? = nil) -> Data? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = folder
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    if !input.isEmpty { try? stdin.fileHandleForWriting.write(contentsOf: Data(input)) }
    try? stdin.fileHandleForWriting.close()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? output : nil
}

/// JSON as a value that can be compared, in which 1 and 1.0 are the same.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        // Which digits stand for a float is each printer's choice, as long as they are read as the same float.
        case (.number(let left), .number(let right)): left == right || Float(left) == Float(right)
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }
}

func bytes(hex: String) -> [UInt8] {
    let digits = hex.utf8.map { $0 >= UInt8(ascii: "a") ? $0 - UInt8(ascii: "a") + 10 : $0 - UInt8(ascii: "0") }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

extension ReferenceCase {
    /// The input decoded as the message's type.
    func decoded() throws -> any Message {
        switch message {
        case "Everything": try TestingV1.Everything(protobuf: inputBytes)
        case "Words": try TestingV1.Words(protobuf: inputBytes)
        case "Shared": try TestingV1.Shared(protobuf: inputBytes)
        default: try TestingV1.Nothing(protobuf: inputBytes)
        }
    }
}
