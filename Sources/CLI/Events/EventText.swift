import Foundation
import Kernel
import Messages

/// A logged event as text: the payload of each service's log in protobuf's JSON mapping.
enum EventText {
    /// - Throws: `DecodingError` when the payload is not the service's event.
    static func json(_ event: RecordedEvent) throws -> String {
        switch event.service {
        case "stores": try StoresV1.Event(protobuf: event.payload, limits: .unlimited).json()
        case "orders": try OrdersV1.Event(protobuf: event.payload, limits: .unlimited).json()
        case "payments": try PaymentsV1.Event(protobuf: event.payload, limits: .unlimited).json()
        case "depot": try DepotV1.Event(protobuf: event.payload, limits: .unlimited).json()
        case "gateway": try BotsV1.Event(protobuf: event.payload, limits: .unlimited).json()
        default: "{}"
        }
    }

    /// Whether the event is about something with this id: an id is a whole value, or the part of one before a '/'.
    static func mentions(_ id: String, in json: String) -> Bool {
        json.contains("\"\(id)\"") || json.contains("\"\(id)/")
    }

    /// As it is shown, or nil when the request leaves it out.
    static func logged(_ event: RecordedEvent, for request: EventsV1.FollowRequest) throws -> EventsV1.LoggedEvent? {
        let json = try json(event)
        guard request.orderID.isEmpty || mentions(request.orderID, in: json),
            request.botID.isEmpty || mentions(request.botID, in: json)
        else { return nil }
        return EventsV1.LoggedEvent(
            service: event.service, position: event.position, stream: event.stream, version: event.version,
            type: event.type, timeUnixMs: event.time.unixMs, json_: json, cause: cause(event))
    }

    private static func cause(_ event: RecordedEvent) -> EventsV1.LoggedEvent.Cause? {
        switch event.cause {
        case .event(let service, let position)?: .event(EventsV1.EventPlace(service: service, position: position))
        case .command(let name)?: .command(name)
        case nil: nil
        }
    }

    /// One line for `--json`: the record's fields, and the event itself under "event".
    static func jsonLine(_ event: EventsV1.LoggedEvent) -> String {
        let record = Record(
            service: event.service, position: event.position, stream: event.stream, version: event.version,
            type: event.type, timeUnixMs: event.timeUnixMs, cause: Record.Cause(event.cause))
        return JSONLine.encode(record).dropLast() + ",\"event\":\(event.json_)}"
    }

    /// One line for a person: time, service, position, type, and what is in it.
    static func line(_ event: EventsV1.LoggedEvent) -> String {
        let date = Date(timeIntervalSince1970: Double(event.timeUnixMs) / 1000)
        let time = date.formatted(
            .verbatim(
                "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                timeZone: .current, calendar: Calendar(identifier: .gregorian)))
        let place = "\(event.service) #\(event.position)"
        return "\(time)  \(pad(place, 16))  \(pad(event.type, 18))  \(body(of: event.json_))"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// The event without its outermost name, which is its type.
    private static func body(of json: String) -> String {
        guard let colon = json.firstIndex(of: ":"), json.hasSuffix("}}") else { return json }
        return json[json.index(after: colon)...].dropLast().trimmingCharacters(in: .whitespaces)
    }

    private struct Record: Encodable {
        var service: String
        var position: UInt64
        var stream: String
        var version: UInt64
        var type: String
        var timeUnixMs: Int64
        /// Absent where nothing is known.
        var cause: Cause?

        /// One of two: an event, or a command by its name.
        struct Cause: Encodable {
            var service: String?
            var position: UInt64?
            var command: String?

            init?(_ cause: EventsV1.LoggedEvent.Cause?) {
                switch cause {
                case .event(let place)?: (service, position) = (place.service, place.position)
                case .command(let name)?: command = name
                case nil: return nil
                }
            }
        }
    }
}
