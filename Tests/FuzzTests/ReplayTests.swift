import Foundation
import Testing

/// Every input of the fuzz targets' seeds, and every one that a target ever failed on, through the same functions.
@Suite struct ReplayTests {
    static let targets: [(name: String, run: FuzzTarget)] = [
        ("frames", FrameTarget.run), ("server", MachineTarget.server), ("client", MachineTarget.client),
        ("pair", PairTarget.run), ("identity", IdentityTarget.run), ("messages", MessageTarget.run),
        ("websocket", WebSocketTarget.run),
    ]

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private static func inputs(_ kind: String, _ target: String) throws -> [URL] {
        let folder = folder.appending(path: "\(kind)/\(target)")
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }

    @Test(arguments: targets.map(\.name))
    func nothingIsFoundAgain(_ name: String) throws {
        let target = try #require(Self.targets.first { $0.name == name })
        let seeds = try Self.inputs("corpus", name)
        #expect(!seeds.isEmpty, "no seeds for \(name)")
        for input in seeds + (try Self.inputs("regressions", name)) {
            let bytes = [UInt8](try Data(contentsOf: input))
            #expect(throws: Never.self, "\(name): \(input.lastPathComponent)") {
                try bytes.withUnsafeBytes { try target.run($0) }
            }
        }
    }

    /// Inputs that no one has chosen: a little of what `make fuzz` does, where there is no libFuzzer.
    @Test(arguments: targets.map(\.name))
    func nothingIsFoundInRandomInputs(_ name: String) throws {
        let target = try #require(Self.targets.first { $0.name == name })
        var state: UInt64 = 42
        for _ in 0..<500 {
            var bytes = [UInt8](repeating: 0, count: 64)
            for index in bytes.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[index] = UInt8(truncatingIfNeeded: state >> 33)
            }
            #expect(throws: Never.self, "\(name): \(bytes)") { try bytes.withUnsafeBytes { try target.run($0) } }
        }
    }

    @Test func everyMessageHasAKeyOfItsOwn() {
        #expect(MessageTarget.distinctKeys == everyMessage.count)
    }

    /// `scripts/fuzz` has these targets and no others.
    @Test func everyTargetHasAnEntry() throws {
        let entries = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: "Entries").path)
        #expect(Set(entries) == Set(Self.targets.map { $0.name + ".swift" } + ["Run.swift"]))
    }
}
