import ArgumentParser
import BotGateway
import Depot
import Foundation
import Kernel
import Orders
import Payments
import Stores

extension Events {
    /// `mallbots events archive`: moves old events into files.
    struct Archive: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Moves old events out of the logs into files, and gives their room back.",
            discussion: """
                Stop the mall first: that also stores the snapshots that it will start from. Only events that nobody needs \
                any more to start are moved; what keeps the others is named. It may be interrupted at any instant and \
                done again. Read the files with `mallbots events list --archive` and `events check --archive`.
                """)

        @Option(help: ArgumentHelp("Move the events before this position of each log.", valueName: "position"))
        var before: UInt64?

        @Option(help: ArgumentHelp("Keep the newest so many events of each log.", valueName: "number"))
        var keep: UInt64?

        @Option(help: ArgumentHelp("Where to: a folder of its own for this mall.", valueName: "dir"))
        var to: String

        @Option(help: ArgumentHelp("Only this service's log (repeatable). Default: all.", valueName: "service"))
        var service: [String] = []

        @Flag(help: "One JSON object a line, one line for each log.")
        var json = false

        @OptionGroup var data: DataOption

        func validate() throws {
            guard (before == nil) != (keep == nil) else {
                throw ValidationError("say how much: one of --before POSITION and --keep NUMBER")
            }
            if let before, before == 0 { throw ValidationError("--before is a position, from 1") }
            for name in service where !MallLogs.services.contains(name) {
                throw ValidationError(
                    "there is no log of '\(name)'; there are: \(MallLogs.services.joined(separator: ", "))")
            }
        }

        func run() throws {
            do {
                let root = data.folders.root
                guard FileManager.default.fileExists(atPath: "\(root)/depot.log.db") else {
                    throw Failure("there is no mall in \(root): name its data directory with --data")
                }
                let directory = try StoppedMall.open(root)
                defer { directory.close() }
                let names = service.isEmpty ? MallLogs.services : MallLogs.services.filter(service.contains)
                for name in names { try archive(name, in: directory) }
            } catch let error as StorageError {
                throw Failure(error.message)
            }
        }

        private func archive(_ name: String, in directory: DataDirectory) throws {
            let readers = try readers(of: name, in: directory)
            let log = try directory.log(name)
            defer { try? log.close() }
            let request = before.map(ArchivePlan.Request.before) ?? .keep(keep ?? .max)
            let plan = ArchivePlan(request, head: log.head, readers: readers)
            var outcome = Outcome(service: name, heldBy: plan.heldBy?.name, heldAt: plan.heldBy?.position)
            if plan.through >= log.earliest {
                let view = ArchiveProgress(name, through: plan.through)
                outcome.moved = try Archiver(log: log, folder: to, progress: view.show).archive(through: plan.through)
                view.clear()
                let sizes = try log.giveBackRoom()
                outcome.bytesBefore = sizes.before
                outcome.bytesAfter = sizes.after
            }
            outcome.first = log.earliest
            outcome.last = log.head
            json ? JSONLine.print(outcome) : Output.line(outcome.text)
        }

        /// Who starts from a place in this log.
        private func readers(of name: String, in directory: DataDirectory) throws -> [ArchivePlan.Reader] {
            let own = try SQLiteLogFile(path: directory.file("\(name).log.db"))
            var readers = [ArchivePlan.Reader(name: "the snapshot of \(name)", position: try Self.snapshot(of: own))]
            for other in MallLogs.readers[name] ?? [] {
                let file = try SQLiteLogFile(path: directory.file("\(other).log.db"))
                readers.append(.init(name: other, position: try file.place(in: name)))
            }
            return readers
        }

        /// The position of a snapshot that this program can start from; 0: there is none.
        private static func snapshot(of log: SQLiteLogFile) throws -> UInt64 {
            guard let stored = try log.snapshot() else { return 0 }
            let fits =
                switch log.name {
                case "stores": isUsable(stored, by: StoresCore.self)
                case "orders": isUsable(stored, by: OrdersCore.self)
                case "payments": isUsable(stored, by: PaymentsCore.self)
                case "depot": isUsable(stored, by: DepotCore.self)
                case "gateway": isUsable(stored, by: GatewayCore.self)
                default: false
                }
            return fits ? min(stored.position, log.head) : 0
        }

        private static func isUsable<Core: ServiceCore>(_ stored: StoredSnapshot, by _: Core.Type) -> Bool {
            stored.format == Core.snapshotFormat && (try? Core(snapshot: stored.state)) != nil
        }

        private struct Outcome: Encodable {
            var service: String
            var moved: UInt64 = 0
            /// The log's first and last position now.
            var first: UInt64 = 1
            var last: UInt64 = 0
            var bytesBefore: Int64?
            var bytesAfter: Int64?
            var heldBy: String?
            var heldAt: UInt64?

            init(service: String, heldBy: String?, heldAt: UInt64?) {
                self.service = service
                self.heldBy = heldBy
                self.heldAt = heldAt
            }

            var text: String {
                var text = "\(service): moved \(moved) events"
                if let before = bytesBefore, let after = bytesAfter {
                    text += ", \(before >> 10) KiB on disk became \(after >> 10) KiB"
                }
                text += "; the log holds \(first) to \(last)"
                if let heldBy, let heldAt { text += " (more is kept for \(heldBy), which starts after \(heldAt))" }
                return text
            }
        }
    }
}

/// A mall's data directory while no mall runs there.
enum StoppedMall {
    static func open(_ root: String) throws -> DataDirectory {
        do {
            return try DataDirectory.open(root)
        } catch {
            guard error.code == .inUse else { throw error }
            throw Failure("\(error.message). Events are moved while no mall runs")
        }
    }
}

/// How far an archiving is, on standard error when that is a terminal.
final class ArchiveProgress {
    private let name: String
    private let through: UInt64
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(_ name: String, through: UInt64) {
        self.name = name
        self.through = through
    }

    func show(_ step: Archiver.Step, _ position: UInt64) {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data("\r\(name): \(step) to \(position) of \(through)\u{1B}[K".utf8))
    }

    func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
