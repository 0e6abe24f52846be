import ArgumentParser
import Foundation
import Glibc
import Kernel

/// The process that runs a mall on a data directory, and how it is told of new certificates.
struct MallProcess: Hashable, Sendable {
    let id: Int32

    /// nil: none runs there, or none that can be seen from here.
    static func find(on folders: Folders) -> MallProcess? {
        DataDirectory.holder(of: folders.root).map { MallProcess(id: $0) }
    }

    /// Has it read certificates and revocation list again.
    ///
    /// - Throws: `Failure` if it does not know how to, or belongs to someone else.
    func reload() throws {
        let status = (try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)) ?? ""
        // A process that has made no arrangements would end.
        guard Self.expectsHangUp(status: status) else {
            throw Failure("process \(id) does not reload, as `mallbots demo`: it has to be started anew")
        }
        guard kill(id, SIGHUP) == 0 else {
            throw Failure("process \(id) cannot be told: \(String(cString: strerror(errno))); run kill -HUP \(id)")
        }
    }

    /// Whether SIGHUP would not end a process, by the `status` of proc(5). Pure.
    static func expectsHangUp(status: String) -> Bool {
        status.split(separator: "\n").contains { line in
            let parts = line.split(separator: ":")
            guard parts.count == 2, ["SigIgn", "SigCgt"].contains(parts[0]),
                let mask = UInt64(parts[1].trimmingCharacters(in: .whitespaces), radix: 16)
            else { return false }
            return mask & (1 << UInt64(SIGHUP - 1)) != 0
        }
    }
}

/// Whether the server is told at once.
struct ReloadOption: ParsableArguments {
    @Flag(help: "Have the server that runs on this data directory take it up at once (SIGHUP).")
    var reload = false

    /// Does so, or says how it is done.
    ///
    /// - Parameter effect: what a server does that knows, as in "no longer lets them in"
    func tell(_ folders: Folders, effect: String) throws -> String {
        guard let process = MallProcess.find(on: folders) else {
            return """
                No server was found that runs on \(folders.root). One that starts there \(effect); one that runs there \
                out of sight does when it gets a SIGHUP.
                """
        }
        guard reload else {
            return "The server, process \(process.id), \(effect) as soon as it is told: kill -HUP \(process.id)"
        }
        try process.reload()
        return "The server, process \(process.id), was told and \(effect)."
    }
}
