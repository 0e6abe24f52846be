import NIOCore
import NIOPosix

/// A thread that many clients may share.
///
/// What is decoded, encoded and sent happens on a client's thread. A task that prefers this loop's `executor` and makes
/// the calls of clients that were made on the loop never changes threads between a message and what it does with it.
/// For programs with thousands of clients; one with a few need not care.
///
///     let loop = WireLoop.next()
///     let client = WireClient(configuration: configuration, on: loop, logger: logger)
///     Task(executorPreference: loop.executor) { ... }
///
/// Like a handler, such a task must not block.
public struct WireLoop: Sendable {
    let eventLoop: any EventLoop
    private let tasks: LoopExecutor

    /// One of the process's loops, in turn; there are as many as processors. It lives as long as the process.
    public static func next() -> WireLoop { WireLoop(MultiThreadedEventLoopGroup.singleton.next()) }

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        tasks = LoopExecutor(eventLoop: eventLoop)
    }

    /// Runs tasks on this loop.
    public var executor: any TaskExecutor { tasks }

    /// Waits on this loop, which is cheaper and more exact than `Task.sleep`, and is not cut short by cancellation: for
    /// short waits.
    public nonisolated(nonsending) func pause(for time: Duration) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            if eventLoop.inEventLoop {
                eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { continuation.resume() }
            } else {
                _ = eventLoop.scheduleTask(in: TimeAmount(time)) { continuation.resume() }
            }
        }
    }
}
