import NIOCore
import Synchronization

/// What a stream of events has still to send. Safe to use from anywhere.
///
/// Two kinds: events that must all be sent, of which a few wait for a slow reader before it is cut; and a live one, of
/// which only the newest waits.
final class EventFeed: Sendable {
    private enum Item: Sendable {
        case event(ByteBuffer)
        /// There is a live one: it is taken when its turn comes, as it is then.
        case live
    }

    /// How many events wait for a slow reader before it is cut.
    private static let capacity = 64

    private let items: AsyncStream<Item>
    private let continuation: AsyncStream<Item>.Continuation
    private let live = Mutex<ByteBuffer?>(nil)
    private let cut: @Sendable () -> Void

    /// - Parameter cut: closes the connection of a reader that is too slow
    init(cut: @escaping @Sendable () -> Void) {
        self.cut = cut
        (items, continuation) = AsyncStream.makeStream(
            of: Item.self, bufferingPolicy: .bufferingOldest(Self.capacity))
    }

    /// An event that must be sent.
    func put(_ frame: ByteBuffer) {
        if case .dropped = continuation.yield(.event(frame)) {
            finish()
            cut()
        }
    }

    /// The live event, instead of one that still waits. Nil does nothing.
    func replace(_ frame: ByteBuffer?) {
        guard let frame else { return }
        let isWaiting = live.withLock { live in
            defer { live = frame }
            return live != nil
        }
        // When there is no room even for the sign, the next one gets another chance.
        if !isWaiting, case .dropped = continuation.yield(.live) { live.withLock { $0 = nil } }
    }

    func finish() { continuation.finish() }

    /// What to send, in order. Once only.
    var frames: some AsyncSequence<ByteBuffer, Never> {
        items.compactMap { [self] item in
            switch item {
            case .event(let frame): frame
            case .live:
                live.withLock { live in
                    defer { live = nil }
                    return live
                }
            }
        }
    }
}
