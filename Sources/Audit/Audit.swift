public import Kernel
import Messages

/// Checks the promises of docs/operations.md over the events of all logs of a mall, as far as logs can show them. Pure.
///
/// Feed it each log from its first event, in order, and no event before the one that it names as its cause; then
/// ``finish(settled:)``. After a violation it is of no more use: what follows would be judged by what is wrong.
public struct Audit: Sendable {
    private var orders: [String: LogOrder] = [:]
    // By the log's name: a mall may have several of the robots' gateways.
    var gateways: [String: GatewayAudit] = [:]
    var depot = DepotAudit()
    var shop = OrdersAudit()
    var money = MoneyAudit()

    /// How many events were taken in.
    public private(set) var events: UInt64 = 0

    public init() {}

    /// The last position taken in of a log; 0: none.
    public func position(of service: String) -> UInt64 { orders[service]?.position ?? 0 }

    public mutating func take(_ event: RecordedEvent) throws(Violation) {
        try checkCauseIsKnown(event)
        try orders[event.service, default: LogOrder()].take(event)
        switch event.service {
        case let name where Self.isGateway(name):
            try gateways[name, default: GatewayAudit()].take(try decode(event, as: BotsV1.Event.self), event)
        case "depot": try take(try decode(event, as: DepotV1.Event.self), event)
        case "orders": try shop.take(try decode(event, as: OrdersV1.Event.self), event, depot: depot, money: money)
        case "payments": try money.take(try decode(event, as: PaymentsV1.Event.self), event, shop: shop)
        case "stores": _ = try decode(event, as: StoresV1.Event.self)
        default: break
        }
        events += 1
    }

    /// What only the end shows.
    ///
    /// - parameter settled: nothing is going on any more, so that everything must have come to its end.
    public mutating func finish(settled: Bool) throws(Violation) {
        try checkAcknowledgedDirectives()
        guard settled else { return }
        for name in gateways.keys.sorted() { try gateways[name]?.finish() }
        try depot.finish()
        try shop.finish()
        try money.finish(shop: shop)
    }

    /// "gateway", or "gateway-" and more.
    private static func isGateway(_ service: String) -> Bool {
        service == "gateway" || service.hasPrefix("gateway-")
    }

    private mutating func take(_ event: DepotV1.Event, _ recorded: RecordedEvent) throws(Violation) {
        var report: GatewayAudit.Report?
        if case .event(let service, let position) = recorded.cause, Self.isGateway(service) {
            report = try gateways[service]?.cause(at: position)
        }
        if case .listCreated(let created) = event.kind {
            try shop.check(created, recorded)
        }
        try depot.take(event, recorded, report: report)
    }

    private func checkCauseIsKnown(_ event: RecordedEvent) throws(Violation) {
        guard case .event(let service, let cause) = event.cause else { return }
        let known = position(of: service)
        if service == event.service ? cause < event.position : cause <= known { return }
        throw Violation(
            .causes, event, expected: "a cause that came before, in the log of \(service), which has \(known) events",
            found: "\(service) #\(cause)")
    }

    private func decode<Event: EventMessage>(_ event: RecordedEvent, as type: Event.Type) throws(Violation) -> Event {
        let decoded: Event
        do {
            decoded = try event.decoded(as: type)
        } catch {
            throw Violation(.log, event, expected: "an event of \(event.service)", found: "bytes that are none")
        }
        guard decoded.typeName == event.type, !event.type.isEmpty else {
            let name = decoded.typeName.isEmpty ? "one that this MallBots does not know" : decoded.typeName
            throw Violation(.log, event, expected: "an event of the type that the record names", found: name)
        }
        return decoded
    }

    /// Robots can have stored only what was issued.
    private func checkAcknowledgedDirectives() throws(Violation) {
        for (name, gateway) in gateways.sorted(by: { $0.key < $1.key }) {
            for (bot, stored) in gateway.storedDirectives.sorted(by: { $0.key < $1.key }) {
                let issued = depot.lastDirective(of: bot)
                guard stored.directive > issued else { continue }
                throw Violation(
                    .directives, service: name, position: stored.position, type: "a report or a session",
                    stream: "bot/\(bot)",
                    expected: "no directive after \(issued), the last that Depot issued to \(bot)",
                    found: "that \(bot) has stored directive \(stored.directive)")
            }
        }
    }
}
