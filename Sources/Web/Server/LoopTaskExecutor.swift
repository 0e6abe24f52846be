import NIOCore
import Synchronization

/// Runs tasks on an event loop: a request's, so that it is read, worked on and answered without changing threads, except
/// where it waits for a service.
///
/// What runs there must not block its thread, as little as any handler of a channel.
final class LoopTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    private init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Not at once, even on the loop: whoever enqueues may be the job itself, not yet suspended.
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    // As many as there are event loops, and as long as these: each must outlive every job that was given to it.
    private static let all = Mutex<[ObjectIdentifier: LoopTaskExecutor]>([:])

    static func of(_ loop: any EventLoop) -> LoopTaskExecutor {
        all.withLock { all in
            if let known = all[ObjectIdentifier(loop)] { return known }
            let new = LoopTaskExecutor(loop)
            all[ObjectIdentifier(loop)] = new
            return new
        }
    }
}
