import Kernel
import NIOCore
import Synchronization

/// The newest events' JSON, made once for all who follow the same thing. Safe to use from anywhere.
final class TimelineTexts: Sendable {
    private struct Key: Hashable {
        var service: String
        var position: UInt64
        var audience: Audience
    }

    private static let kept = 512
    private let texts = Mutex<[Key: ByteBuffer]>([:])

    func text(of event: RecordedEvent, for audience: Audience) throws -> ByteBuffer {
        let key = Key(service: event.service, position: event.position, audience: audience)
        if let text = texts.withLock({ $0[key] }) { return text }
        let text = try TimelineEvent(event).json(showsPickupCodes: audience == .clerk)
        texts.withLock { texts in
            if texts.count >= Self.kept { texts.removeAll(keepingCapacity: true) }
            texts[key] = text
        }
        return text
    }
}
