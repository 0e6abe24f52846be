import Foundation
import Glibc
import Kernel
import Testing

/// Real processes, killed and refused by the machine: nothing acknowledged is lost, and nothing is half done.
@Suite(.serialized) struct CrashTests {
    @Test func killedAgainAndAgain() async throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: 11)
        var acked: Set<UInt64> = []
        var next = 1
        for round in 0..<8 {
            let probe = try Probe(folder.path, first: next, count: 1_000_000)
            let enough = acked.count + Int.random(in: 1...300, using: &random)
            try await eventually("it works") { () async throws in acked.count + probe.acked.count >= enough }
            #expect(probe.isRunning, "killed in the middle of its work: \(probe.lines.suffix(3))")
            probe.kill()
            try await probe.end()
            #expect(!probe.acked.isEmpty)
            acked.formUnion(probe.acked)
            // From the highest acknowledged number on: some were written without their sender knowing it, and the
            // same keys are sent again.
            next = Int(acked.max() ?? 0) + 1
            try probe.check(folder.path, allAcked: acked)
            try #require(acked.count > round)
        }
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "needs strace"),
        arguments: ["25", "25+"])
    func aFailingFlushIsNeverAcknowledged(when: String) async throws {
        let folder = try TemporaryFolder()
        let probe = try Probe(
            folder.path, first: 1, count: 200,
            wrapper: [
                "strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e",
                "inject=fsync,fdatasync:error=EIO:when=\(when)",
            ])
        try await probe.end()
        #expect(!probe.acked.isEmpty)
        #expect(!probe.refused.isEmpty)
        #expect(probe.acked.count + probe.refused.count == 200)
        #expect(probe.refused.allSatisfy { $0.contains("tally.log.db failed") }, "\(probe.refused.first ?? "")")
        if when == "25" { #expect(probe.acked.count > 100, "one failed flush is got over") }
        try probe.check(folder.path, allAcked: Set(probe.acked))
    }

    @Test(.enabled(if: getuid() == 0, "mounting a small disk needs root")) func aFullDiskRefusesAndRecovers()
        async throws
    {
        let folder = try TemporaryFolder()
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard try run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk) == 0 else { return }
        defer { _ = try? run("umount", disk) }
        try fill("\(disk)/filler", bytes: 600_000)
        let probe = try Probe("\(disk)/data", first: 1, count: 100_000, pauseMs: 1)
        try await eventually("the disk is full") { () async throws in probe.refused.count > 20 }
        #expect(probe.refused.allSatisfy { $0.contains("tally.log.db") }, "\(probe.refused.first ?? "")")
        let before = probe.acked.count
        #expect(before > 0)
        try FileManager.default.removeItem(atPath: "\(disk)/filler")
        try await eventually("it goes on when there is room again") { () async throws in
            probe.acked.count > before + 20
        }
        probe.kill()
        try await probe.end()
        try probe.check("\(disk)/data", allAcked: Set(probe.acked))

        // No room even to begin.
        try fill("\(disk)/filler", bytes: 2_000_000)
        let error = #expect(throws: StorageError.self) {
            _ = try DataDirectory.open("\(disk)/more").log("tally")
        }
        #expect(error?.code == .full || error?.code == .io, "\(error?.message ?? "")")
    }

    private func fill(_ path: String, bytes: Int) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        for _ in 0..<bytes / 1000 {
            // Until there is no room.
            do { try file.write(contentsOf: Data(count: 1000)) } catch { return }
        }
    }

    private func run(_ command: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
