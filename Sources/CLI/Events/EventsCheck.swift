import ArgumentParser
import Audit
import Foundation
import Kernel

extension Events {
    /// `mallbots events check`: whether the logs keep what was promised.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks what was promised over all logs of a mall, and names the first violation.",
            discussion: """
                Reads the files, whether the mall runs or not, and changes nothing. Exit status 1 says that a promise is \
                broken or that a log cannot be read. docs/operations.md tells what is checked.
                """)

        @Flag(help: "Nothing is going on any more: every order and list must have come to its end.")
        var settled = false

        @Option(
            help: ArgumentHelp(
                "The log of a robots' gateway, instead of the data directory's (repeatable).", valueName: "file"))
        var gateway: [String] = []

        @Option(
            help: ArgumentHelp(
                "Where older events were archived to (repeatable, the oldest first).", valueName: "dir"))
        var archive: [String] = []

        @Flag(help: "Print one JSON line instead of text.")
        var json = false

        @OptionGroup var data: DataOption

        func run() throws {
            do {
                try check(try MallLogs(data: data.folders.root, gateways: gateway, archive: archive))
            } catch let error as StorageError {
                throw Failure(error.message)
            }
        }

        private func check(_ logs: MallLogs) throws {
            let progress = CheckProgress(total: logs.total)
            let started = ContinuousClock.now
            let (audit, violation) = try result(of: AuditRun(logs.audited, progress: progress.show))
            progress.clear()
            if let violation {
                report(violation, after: audit.events)
                throw ExitCode.failure
            }
            report(audit, logs, ContinuousClock.now - started)
        }

        private func result(of run: AuditRun) throws -> (Audit, Violation?) {
            var run = run
            do {
                try run.run(settled: settled)
                return (run.audit, nil)
            } catch let violation as Violation {
                return (run.audit, violation)
            }
        }

        private func report(_ audit: Audit, _ logs: MallLogs, _ time: Duration) {
            let counts = logs.services.map { ($0, audit.position(of: $0)) }
            if json {
                return JSONLine.print(
                    Outcome(ok: true, events: audit.events, logs: Dictionary(uniqueKeysWithValues: counts)))
            }
            let seconds = time.formatted(.units(allowed: [.seconds], width: .wide, fractionalPart: .show(length: 1)))
            let each = counts.map { "\($0) \($1)" }.joined(separator: ", ")
            Output.line("All is as promised: \(audit.events) events in \(seconds) (\(each)).")
        }

        private func report(_ violation: Violation, after events: UInt64) {
            if json {
                JSONLine.print(Outcome(ok: false, events: events, violation: .init(violation)))
            } else {
                Output.line("A promise is broken: \(violation)")
            }
        }

        private struct Outcome: Encodable {
            var ok: Bool
            /// How many were found good.
            var events: UInt64
            var logs: [String: UInt64]?
            var violation: Broken?

            struct Broken: Encodable {
                var promise: String
                var service: String
                var position: UInt64
                var type: String
                var stream: String
                var expected: String
                var found: String

                init(_ violation: Violation) {
                    promise = violation.promise.rawValue
                    service = violation.service
                    position = violation.position
                    type = violation.type
                    stream = violation.stream
                    expected = violation.expected
                    found = violation.found
                }
            }
        }
    }
}

/// How far a check is, on standard error: redrawn on a terminal, now and then a line otherwise.
final class CheckProgress {
    private let total: UInt64
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last = ContinuousClock.now

    init(total: UInt64) {
        self.total = total
    }

    func show(_ events: UInt64) {
        let now = ContinuousClock.now
        guard now - last >= (isTerminal ? .milliseconds(200) : .seconds(10)) else { return }
        last = now
        let percent = total > 0 ? min(99, events * 100 / total) : 0
        let text = "checked \(events) of \(total) events (\(percent) %)"
        if isTerminal {
            FileHandle.standardError.write(Data("\r\(text)\u{1B}[K".utf8))
        } else {
            Output.note(text)
        }
    }

    func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
