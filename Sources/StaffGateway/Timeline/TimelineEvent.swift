import Kernel
import Messages
import NIOCore
import Web

/// An event of some service's log as staff see it, with what it came of.
///
/// Card tokens are never shown, and pickup codes only to those who hand orders over.
struct TimelineEvent: Hashable, Sendable {
    let recorded: RecordedEvent

    init(_ recorded: RecordedEvent) {
        self.recorded = recorded
    }

    /// The event as a JSON object. Its `data` is the event's own object in protobuf's JSON mapping; `type` is its name.
    ///
    /// - Throws: when the payload is not an event of the service.
    func json(showsPickupCodes: Bool) throws -> ByteBuffer {
        let head = Head(recorded)
        var text = try JSON.encode(head)
        // The payload is JSON already: it takes the place of the closing brace.
        text.moveWriterIndex(to: text.writerIndex - 1)
        text.writeString(",\"data\":")
        text.writeString(try data(showsPickupCodes: showsPickupCodes))
        text.writeString("}")
        return text
    }

    /// The event without its outermost name, which is its type.
    private func data(showsPickupCodes: Bool) throws -> String {
        let json = try whole(showsPickupCodes: showsPickupCodes)
        guard let colon = json.firstIndex(of: ":"), json.hasSuffix("}}") else { return "{}" }
        return String(json[json.index(after: colon)...].dropLast())
    }

    private func whole(showsPickupCodes: Bool) throws -> String {
        switch recorded.service {
        case "stores": return try recorded.decoded(as: StoresV1.Event.self).json()
        case "depot": return try recorded.decoded(as: DepotV1.Event.self).json()
        case "gateway": return try recorded.decoded(as: BotsV1.Event.self).json()
        case "orders":
            var event = try recorded.decoded(as: OrdersV1.Event.self)
            if case .orderPlaced(var placed)? = event.kind {
                placed.cardToken = ""
                if !showsPickupCodes { placed.pickupCode = "" }
                event.kind = .orderPlaced(placed)
            }
            return event.json()
        case "payments":
            var event = try recorded.decoded(as: PaymentsV1.Event.self)
            switch event.kind {
            case .authorizationRequested(var request)?:
                request.cardToken = ""
                event.kind = .authorizationRequested(request)
            case .chargeRequested(var request)?:
                request.cardToken = ""
                event.kind = .chargeRequested(request)
            default: break
            }
            return event.json()
        default: return "{}"
        }
    }

    /// What is known of an event besides what it says.
    private struct Head: Encodable {
        /// One of two: an event, or a command by its name.
        struct CauseDocument: Encodable {
            var service: String?
            var position: UInt64?
            var command: String?
        }

        var service: String
        var position: UInt64
        var stream: String
        var version: UInt64
        var type: String
        var at: String?
        var cause: CauseDocument?

        init(_ event: RecordedEvent) {
            service = event.service
            position = event.position
            stream = event.stream
            version = event.version
            type = event.type
            at = timeText(event.time.unixMs)
            switch event.cause {
            case .event(let service, let position)?:
                cause = CauseDocument(service: service, position: position)
            case .command(let name)?: cause = CauseDocument(command: name)
            case nil: cause = nil
            }
        }
    }
}
