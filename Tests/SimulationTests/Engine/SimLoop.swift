import Dispatch
import HeapModule
import NIOCore

/// Virtual time and what is to happen in it: one thing after the other, those of one instant in the order in which they
/// were asked for. It is also the event loop on which Wire's connections run.
///
/// Safe because a simulation is one thread.
final class SimLoop: EventLoop, @unchecked Sendable {
    /// Something that is to happen; cancelled by emptying it.
    final class Timer {
        var work: (() -> Void)?
        /// For one that will never come.
        var drop: (() -> Void)?

        init(_ work: @escaping () -> Void) { self.work = work }

        func cancel() { work = nil }
    }

    private struct Entry: Comparable {
        let time: Int64
        let number: UInt64
        let timer: Timer

        static func < (left: Entry, right: Entry) -> Bool {
            (left.time, left.number) < (right.time, right.number)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    /// Nanoseconds. Not 0: what counts in windows of time starts there.
    private(set) var time: Int64 = 1_000_000_000
    private var soon: [() -> Void] = []
    private var nextSoon = 0
    private var later = Heap<Entry>()
    private var number: UInt64 = 0

    /// Does the next thing; false when there is none.
    func step() -> Bool {
        if nextSoon < soon.count {
            let work = soon[nextSoon]
            nextSoon += 1
            if nextSoon == soon.count {
                soon.removeAll(keepingCapacity: true)
                nextSoon = 0
            }
            work()
            return true
        }
        while let entry = later.popMin() {
            guard let work = entry.timer.work else { continue }
            time = max(time, entry.time)
            entry.timer.work = nil
            work()
            return true
        }
        return false
    }

    /// At the end of what happens now.
    func next(_ work: @escaping () -> Void) { soon.append(work) }

    @discardableResult
    func at(_ time: Int64, _ work: @escaping () -> Void) -> Timer {
        number += 1
        let timer = Timer(work)
        later.insert(Entry(time: max(time, self.time), number: number, timer: timer))
        return timer
    }

    @discardableResult
    func after(ms: Int64, _ work: @escaping () -> Void) -> Timer { at(time + ms * 1_000_000, work) }

    var milliseconds: Int64 { time / 1_000_000 }

    /// Lets go of everything that was to happen.
    func clear() {
        soon = []
        nextSoon = 0
        let dropped = later
        later = Heap()
        for entry in dropped.unordered where entry.timer.work != nil { entry.timer.drop?() }
    }

    // MARK: EventLoop

    var inEventLoop: Bool { true }
    var now: NIODeadline { .uptimeNanoseconds(UInt64(time)) }

    func execute(_ task: @escaping @Sendable () -> Void) { next(task) }

    @discardableResult
    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        let timer = SendableTimer(
            at(Int64(clamping: deadline.uptimeNanoseconds)) {
                // A value that is not Sendable goes to a future on this loop, which is where it is.
                do { promise.assumeIsolated().succeed(try task()) } catch { promise.fail(error) }
            })
        timer.value.drop = { promise.fail(EventLoopError.cancelled) }
        return Scheduled(promise: promise) { timer.value.cancel() }
    }

    @discardableResult
    func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: now + delay, task)
    }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        callback(nil)
    }
}

/// Safe because a simulation is one thread.
private struct SendableTimer: @unchecked Sendable {
    let value: SimLoop.Timer

    init(_ value: SimLoop.Timer) { self.value = value }
}
