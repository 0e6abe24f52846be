// A process to be killed: two services at work in a data directory. It prints a line for each command that it
// acknowledges, `acked NUMBER`, or refuses, `refused NUMBER why`, and never more than it did.
//
//   KernelCrashProbe DIRECTORY FIRST COUNT [PAUSE-MS]    COUNT commands from number FIRST on, then it stops cleanly
//   KernelCrashProbe archive DIRECTORY FOLDER THROUGH    moves the tally's events up to THROUGH into FOLDER, a few at a
//                                                        time, and says how far it is
import Foundation
import Kernel
import KernelFixtures
import Logging
import Messages

func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

func work(_ path: String, first: UInt64, count: UInt64, pause: Duration) async throws {
    let directory = try DataDirectory.open(path)
    let stream = EventStream()
    let logger = Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }
    var options = LoopOptions()
    options.snapshotEvery = 50
    let tally = try ServiceLoop<TallyCore>(
        log: directory.log("tally", options: SQLiteLogOptions(indexStreams: false)), stream: stream, logger: logger,
        options: options)
    let echo = try ServiceLoop<EchoCore>(log: directory.log("echo"), stream: stream, logger: logger, options: options)
    try echo.subscribe(to: "tally", BotsV1.Event.self) { core, event, _ in core.echo(event) }
    let next = first
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await tally.run() }
        group.addTask { try await echo.run() }
        say("started")
        try await withThrowingTaskGroup(of: Void.self) { commands in
            for lane in 0..<4 as Range<UInt64> {
                commands.addTask {
                    for number in stride(from: next + lane, to: next + count, by: 4) {
                        await add(number, to: tally)
                        if pause > .zero { try await Task.sleep(for: pause) }
                    }
                }
            }
            try await commands.waitForAll()
        }
        tally.stop()
        echo.stop()
        try await group.waitForAll()
    }
    say("stopped")
}

func add(_ number: UInt64, to tally: ServiceLoop<TallyCore>) async {
    do {
        let request = BotsV1.GatewayStarted(life: number)
        let key = try IdempotencyKey("add-\(number)", request: request)
        _ = try await tally.decide(key: key) { core, _ in
            Decision(try core.add(number, to: "lane/\(number % 4)"), replying: request)
        }
        say("acked \(number)")
    } catch {
        say("refused \(number) \(error)")
    }
}

func archive(_ path: String, into folder: String, through position: UInt64) throws {
    let directory = try DataDirectory.open(path)
    let log = try directory.log("tally")
    say("started")
    let archiver = try Archiver(log: log, folder: folder, eventsPerFile: 40, eventsPerDeletion: 7) {
        say("\($0) \($1)")
    }
    _ = try archiver.archive(through: position)
    _ = try log.giveBackRoom()
    say("stopped")
}

let arguments = CommandLine.arguments
if arguments.count == 5, arguments[1] == "archive", let through = UInt64(arguments[4]) {
    do {
        try archive(arguments[2], into: arguments[3], through: through)
        exit(0)
    } catch {
        say("failed \(error)")
        exit(1)
    }
}
guard arguments.count >= 4, let first = UInt64(arguments[2]), let count = UInt64(arguments[3]) else {
    say("usage: KernelCrashProbe DIRECTORY FIRST COUNT [PAUSE-MS]")
    exit(2)
}
do {
    let pause = arguments.count > 4 ? Int(arguments[4]) ?? 0 : 0
    try await work(arguments[1], first: first, count: count, pause: .milliseconds(pause))
} catch {
    say("failed \(error)")
    exit(1)
}
