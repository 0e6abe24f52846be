import Dispatch
import Foundation

/// Turns Ctrl-C and SIGTERM into a value that a command can wait for.
///
/// The first signal asks for an orderly stop. A second one ends the process at once with the shell's usual status.
///
/// `@unchecked` is safe because the sources are set once, in `init`, and only keep their handlers alive.
final class Signals: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]
    private let stream: AsyncStream<Int32>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        self.sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            let seen = Seen()
            source.setEventHandler {
                if seen.again() { _exit(128 + number) }
                continuation.yield(number)
            }
            source.resume()
            return source
        }
    }

    /// Returns at the first signal, or when the task is cancelled.
    func wait() async {
        for await _ in stream { return }
    }
}

/// Turns SIGHUP into values that a server can wait for. Only one that has one outlives its terminal.
///
/// `@unchecked` is safe because the source is set once, in `init`, and only keeps its handler alive.
final class HangUps: @unchecked Sendable {
    /// One value for each signal; those that come while one is being dealt with are one more.
    let stream: AsyncStream<Void>
    private let source: any DispatchSourceSignal

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.stream = stream
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { continuation.yield() }
        source.resume()
    }
}

/// Whether a signal has come before. Safe because each source's handler is called by one thread at a time.
private final class Seen: @unchecked Sendable {
    private var seen = false
    func again() -> Bool {
        defer { seen = true }
        return seen
    }
}
