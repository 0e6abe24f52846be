import Foundation
import Glibc

/// A process on this machine that is measured while it is under load.
public struct ServerProcess: Hashable, Sendable {
    public let pid: Int32

    public init(pid: Int32) { self.pid = pid }

    /// This program.
    public static let own = ServerProcess(pid: getpid())

    /// What it has used so far: processor time since it began, and its memory now; nil when it is gone.
    public var use: MachineUse? {
        var clock = clockid_t()
        var time = timespec()
        // All threads, those that have ended included, to the nanosecond.
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0,
            let text = Proc.read("/proc/\(pid)/statm"), let pages = Proc.residentPages(statm: text)
        else { return nil }
        return MachineUse(
            cpu: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec), memory: pages * Int(getpagesize()))
    }

    /// What it calls itself: "mallbots".
    public var name: String? {
        Proc.read("/proc/\(pid)/comm").map { String($0.prefix { !$0.isNewline }) }
    }

    /// How many files it may have open, of which each connection is one; nil: as many as it likes, or not known.
    public var maxOpenFiles: Int? {
        Proc.read("/proc/\(pid)/limits").flatMap(Proc.maxOpenFiles(limits:))
    }

    /// The process that listens at a port of this machine; nil when there is none, or it is another user's.
    public static func listening(port: Int) -> ServerProcess? {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap(Proc.read)
        let sockets = Set(tables.flatMap { Proc.listeners(port: port, table: $0) }.map { "socket:[\($0)]" })
        if sockets.isEmpty { return nil }
        let files = FileManager.default
        for entry in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(entry) else { continue }
            let folder = "/proc/\(pid)/fd"
            for file in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
                guard let target = try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(file)") else { continue }
                if sockets.contains(target) { return ServerProcess(pid: pid) }
            }
        }
        return nil
    }
}

/// What Linux's /proc says, read; its files are described in proc(5).
enum Proc {
    static func read(_ path: String) -> String? {
        // Their length is not known before they are read.
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        return (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The inodes of the sockets that listen at a port, from /proc/net/tcp or tcp6.
    static func listeners(port: Int, table: String) -> [String] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 9, fields[3] == "0A", let colon = fields[1].lastIndex(of: ":"),
                Int(fields[1][fields[1].index(after: colon)...], radix: 16) == port
            else { return nil }
            return String(fields[9])
        }
    }

    /// The resident pages, from /proc/PID/statm.
    static func residentPages(statm: String) -> Int? {
        let fields = statm.split(separator: " ")
        return fields.count > 1 ? Int(fields[1]) : nil
    }

    /// The soft limit of open files, from /proc/PID/limits.
    static func maxOpenFiles(limits: String) -> Int? {
        let name = "Max open files"
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
    }
}
