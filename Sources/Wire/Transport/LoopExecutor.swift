import DequeModule
import NIOCore

/// Runs a connection's tasks on its event loop.
///
/// Jobs that become ready while the connection is at work (a message was delivered, credit came) wait in a queue of its
/// own and run at the end of that work, before the flush: no hop, and one write for all that they send.
///
/// Safe because everything but `eventLoop` is used on the event loop only.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    let eventLoop: any EventLoop
    private var jobs = Deque<UnownedJob>()
    private var isScheduled = false
    /// Told on the loop when a job is there while it may be idle. It lives at least until it sets this to nil.
    unowned(unsafe) var connection: WireConnection?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    var hasJobs: Bool { !jobs.isEmpty }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if eventLoop.inEventLoop {
            add(job)
        } else {
            eventLoop.execute { self.add(job) }
        }
    }

    private func add(_ job: UnownedJob) {
        jobs.append(job)
        if let connection { return connection.touch() }
        guard !isScheduled else { return }
        isScheduled = true
        // Not at once: whoever enqueues may be the job itself, not yet suspended.
        eventLoop.execute {
            self.isScheduled = false
            self.run(limit: .max)
        }
    }

    /// A handler has returned. Any thread.
    func handlerEnded() {
        if eventLoop.inEventLoop {
            connection?.machine.handlerEnded()
        } else {
            eventLoop.execute { self.connection?.machine.handlerEnded() }
        }
    }

    /// Runs what is ready, and what becomes ready meanwhile, up to `limit` jobs.
    func run(limit: Int) {
        var left = limit
        while left > 0, let job = jobs.popFirst() {
            job.runSynchronously(on: asUnownedTaskExecutor())
            left -= 1
        }
    }
}
