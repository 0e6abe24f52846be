import ArgumentParser
import Foundation
import Kernel

extension Events {
    /// `mallbots events restore`: brings archived events back into the logs.
    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings archived events back into the logs, for a MallBots that has to read all of them.",
            discussion: """
                Stop the mall first. The newest come first, file by file, each in one transaction, so that a log never has \
                a gap; it may be interrupted and done again. The files stay.
                """)

        @Option(help: ArgumentHelp("Where they were archived to.", valueName: "dir"))
        var from: String

        @Flag(help: "One JSON object a line, one line for each log.")
        var json = false

        @OptionGroup var data: DataOption

        func run() throws {
            do {
                let archive = try ArchiveFolder(from)
                let directory = try StoppedMall.open(data.folders.root)
                defer { directory.close() }
                for name in archive.services where MallLogs.services.contains(name) {
                    let log = try directory.log(name)
                    defer { try? log.close() }
                    let restored = try Archiver(log: log, folder: from).restore()
                    let outcome = Outcome(service: name, restored: restored, first: log.earliest, last: log.head)
                    if json {
                        JSONLine.print(outcome)
                    } else {
                        Output.line(
                            "\(name): brought \(restored) events back; the log holds \(log.earliest) to \(log.head)")
                    }
                }
            } catch let error as StorageError {
                throw Failure(error.message)
            }
        }

        private struct Outcome: Encodable {
            var service: String
            var restored: UInt64
            var first: UInt64
            var last: UInt64
        }
    }
}
