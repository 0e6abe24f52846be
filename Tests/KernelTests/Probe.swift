import Foundation
import Glibc
import Kernel
import KernelFixtures
import Messages
import Synchronization
import Testing

/// A child process of KernelCrashProbe, and what it has said so far.
final class Probe: Sendable {
    private struct Said {
        var lines: [Substring] = []
        var rest = ""

        mutating func take(_ text: String) {
            rest += text
            // A line cut off by the kill is none.
            while let end = rest.firstIndex(of: "\n") {
                lines.append(Substring(String(rest[..<end])))
                rest = String(rest[rest.index(after: end)...])
            }
        }
    }

    private let said = Mutex(Said())
    private let process: UncheckedProcess

    /// - parameter wrapper: a command line that runs the probe: `strace …`.
    convenience init(_ folder: String, first: Int, count: Int, pauseMs: Int = 0, wrapper: [String] = []) throws {
        try self.init([folder, "\(first)", "\(count)", "\(pauseMs)"], wrapper: wrapper)
    }

    init(_ arguments: [String], wrapper: [String] = []) throws {
        let probe = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("KernelCrashProbe")
            .path
        let command = wrapper + [probe ?? ""] + arguments
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        self.process = UncheckedProcess(process: process)
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
            } else {
                self?.said.withLock { $0.take(String(decoding: data, as: UTF8.self)) }
            }
        }
        try process.run()
    }

    var lines: [Substring] { said.withLock { $0.lines } }

    var acked: [UInt64] { lines.filter { $0.hasPrefix("acked ") }.compactMap { UInt64($0.dropFirst(6)) } }
    var refused: [Substring] { lines.filter { $0.hasPrefix("refused ") } }
    var isRunning: Bool { process.process.isRunning }

    func kill() {
        Glibc.kill(process.process.processIdentifier, SIGKILL)
    }

    /// Waits for its end and for the last of its words.
    func end() async throws {
        try await eventually("the probe ends") { !isRunning }
        try await Task.sleep(for: .milliseconds(20))
    }

    /// What must hold in its folder after it ended, however it ended.
    func check(_ folder: String, allAcked: Set<UInt64>) throws {
        let directory = try DataDirectory.open(folder)
        defer { directory.close() }
        let tally = try directory.log("tally")
        let echo = try directory.log("echo")
        defer {
            try? tally.close()
            try? echo.close()
        }
        let events = try tally.read(after: 0, limit: 1_000_000)
        let numbers = try events.map { try number($0) }
        #expect(events.map(\.position) == (0..<UInt64(events.count)).map { $0 + 1 })
        #expect(Set(numbers).count == numbers.count, "no command took effect twice")
        let lost = allAcked.subtracting(numbers)
        #expect(lost.isEmpty, "nothing acknowledged is lost")
        for number in numbers { #expect(try tally.reply(to: "add-\(number)") != nil) }
        // The cursor and what was done with it are one.
        let echoes = try echo.read(after: 0, limit: 1_000_000)
        #expect(try echo.cursor("tally") == UInt64(echoes.count))
        #expect(echoes.count <= events.count)
        #expect(try echoes.map { try number($0) } == Array(numbers.prefix(echoes.count)))
    }

    private func number(_ event: RecordedEvent) throws -> UInt64 {
        guard case .gatewayStarted(let started) = try event.decoded(as: BotsV1.Event.self).kind else { return 0 }
        return started.life
    }
}

private struct UncheckedProcess: @unchecked Sendable {
    // Safe because it is only asked whether it runs and for its id after it was started.
    let process: Process
}
