import ArgumentParser
import Foundation
import Logging

/// Loggers for the command line: messages go to standard error, so that standard output stays for results.
enum Loggers {
    static func logger(_ label: String, level: Logger.Level) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    /// For tools that say everything that matters themselves.
    static let quiet = Logger(label: "mallbots") { _ in SwiftLogNoOpLogHandler() }
}

/// How much a server tells.
struct LogOptions: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("How much to log: trace, debug, info, warning or error.", valueName: "level"))
    var logLevel: LogLevel = .warning
}

/// A level as it is written on the command line.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .warning }
}
