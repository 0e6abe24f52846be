import Audit
import Kernel
import Messages

/// The logs of a small mall, made up event by event as its services would write them. What goes wrong in it is planted.
struct History {
    var logs: [String: [RecordedEvent]] = [:]
    private var versions: [String: UInt64] = [:]
    private var time: Int64 = 1_000
    private var reports: [String: UInt64] = [:]
    private var sessions: [String: UInt64] = [:]
    private var directives: [String: UInt64] = [:]
    private var epochs: [String: UInt64] = [:]

    /// Checks it as `mallbots events check` does; nil: all is as promised.
    func violation(settled: Bool = true) -> Violation? {
        var run = AuditRun(
            ["depot", "gateway", "orders", "payments"].map { service in
                AuditedLog(service: service) { position, limit in
                    let events = logs[service] ?? []
                    let start = events.firstIndex { $0.position > position } ?? events.count
                    return Array(events[start...].prefix(limit))
                }
            })
        do {
            try run.run(settled: settled)
            return nil
        } catch let violation as Violation {
            return violation
        } catch {
            fatalError("\(error)")
        }
    }

    @discardableResult
    mutating func append<Event: EventMessage>(
        _ service: String, _ stream: String, _ event: Event, _ cause: Cause? = nil
    ) -> UInt64 {
        time += 3
        let position = (logs[service]?.last?.position ?? 0) + 1
        versions["\(service)/\(stream)", default: 0] += 1
        logs[service, default: []].append(
            RecordedEvent(
                service: service, position: position, stream: stream, version: versions["\(service)/\(stream)"]!,
                type: event.typeName, time: Timestamp(unixMs: time), cause: cause, payload: event.protobuf()))
        return position
    }

    @discardableResult
    mutating func depot(_ stream: String, _ kind: DepotV1.Event.Kind, _ cause: Cause? = nil) -> UInt64 {
        append("depot", stream, DepotV1.Event(kind: kind), cause)
    }

    // MARK: What happens in a mall

    static func line(_ product: String, _ quantity: UInt32) -> TypesV1.Stop {
        TypesV1.Stop(
            storeID: "s-\(product)", items: [TypesV1.Item(productID: product, quantity: quantity, sizeUnits: 1)])
    }

    /// An order of so many units of each product; one task, `ID/1`.
    mutating func order(_ id: String, _ lines: [(String, UInt32)]) {
        let placed = OrdersV1.OrderPlaced(
            orderID: id,
            lines: lines.map { product, quantity in
                OrdersV1.Line(
                    storeID: "s-\(product)", productID: product, quantity: quantity,
                    unitPrice: TypesV1.Money(minorUnits: 100, currencyCode: "EUR"))
            },
            total: TypesV1.Money(
                minorUnits: lines.reduce(0) { $0 + 100 * Int64($1.1) }, currencyCode: "EUR"))
        let stops = lines.map { Self.line($0.0, $0.1) }
        let orders = append("orders", "order/\(id)", OrdersV1.Event(kind: .orderPlaced(placed)), .command("k-\(id)"))
        let made = depot(
            "list/\(id)", .listCreated(.init(listID: id, stops: stops)), .event(service: "orders", position: orders))
        let approved = append(
            "orders", "order/\(id)", OrdersV1.Event(kind: .orderApproved(.init(orderID: id))),
            .event(service: "depot", position: made))
        let cause = Cause.event(service: "orders", position: approved)
        depot("list/\(id)", .listAvailable(.init(listID: id)), cause)
        depot("task/\(id)/1", .taskQueued(.init(taskID: "\(id)/1", listID: id, stops: stops)), cause)
    }

    mutating func start() {
        let life = UInt64(logs["gateway"]?.count(where: { $0.type == "GatewayStarted" }) ?? 0) + 1
        append("gateway", "gateway", BotsV1.Event(kind: .gatewayStarted(.init(life: life))))
    }

    mutating func connect(_ bot: String, journal: String? = nil) {
        sessions[bot, default: 0] += 1
        let session = sessions[bot]!
        let opened = BotsV1.SessionOpened(
            botID: bot, session: session, journal: journal ?? "j-\(bot)", lastDirective: directives[bot] ?? 0)
        let position = append("gateway", "bot/\(bot)", BotsV1.Event(kind: .sessionOpened(opened)))
        depot(
            "bot/\(bot)", .botOnline(.init(botID: bot, session: session)),
            .event(service: "gateway", position: position))
    }

    mutating func disconnect(_ bot: String) {
        let closed = BotsV1.SessionClosed(botID: bot, session: sessions[bot]!, why: "connection lost")
        let position = append("gateway", "bot/\(bot)", BotsV1.Event(kind: .sessionClosed(closed)))
        depot(
            "bot/\(bot)", .botOffline(.init(botID: bot, session: sessions[bot]!)),
            .event(service: "gateway", position: position))
    }

    mutating func directive(_ bot: String, _ body: BotsV1.ToBot.Body) {
        directives[bot, default: 0] += 1
        depot(
            "bot/\(bot)",
            .directiveIssued(.init(botID: bot, message: .init(directive: directives[bot]!, body: body))))
    }

    mutating func assign(_ list: String, _ bot: String, _ stops: [TypesV1.Stop], custody: [TypesV1.Stop] = []) {
        let task = "\(list)/1"
        epochs[task, default: 0] += 1
        depot(
            "task/\(task)",
            .taskAssigned(
                .init(taskID: task, listID: list, botID: bot, epoch: epochs[task]!, stops: stops, custody: custody)))
        directive(bot, .assignTask(.init(taskID: task, epoch: epochs[task]!, stops: stops, custody: custody)))
    }

    func epoch(_ list: String) -> UInt64 { epochs["\(list)/1"] ?? 0 }

    /// A robot's report and what Depot makes of it.
    mutating func report(_ bot: String, _ body: BotsV1.FromBot.Body, _ events: [(String, DepotV1.Event.Kind)]) {
        reports[bot, default: 0] += 1
        let report = BotsV1.FromBot(report: reports[bot]!, directiveAck: directives[bot] ?? 0, body: body)
        let received = BotsV1.ReportReceived(
            botID: bot, session: sessions[bot]!, journal: "j-\(bot)", report: report)
        let position = append("gateway", "bot/\(bot)", BotsV1.Event(kind: .reportReceived(received)))
        for (stream, kind) in events { depot(stream, kind, .event(service: "gateway", position: position)) }
    }

    mutating func accept(_ list: String, _ bot: String) {
        let (task, epoch) = ("\(list)/1", epoch(list))
        report(
            bot, .taskAccepted(.init(taskID: task, epoch: epoch)),
            [("task/\(task)", .taskAccepted(.init(taskID: task, listID: list, botID: bot, epoch: epoch)))])
    }

    mutating func pick(_ list: String, _ bot: String, _ product: String, _ quantity: UInt32) {
        let (task, epoch) = ("\(list)/1", epoch(list))
        report(
            bot,
            .itemPicked(
                .init(taskID: task, epoch: epoch, storeID: "s-\(product)", productID: product, quantity: quantity)),
            [
                (
                    "task/\(task)",
                    .itemPicked(
                        .init(
                            taskID: task, listID: list, botID: bot, storeID: "s-\(product)", productID: product,
                            quantity: quantity))
                )
            ])
        progress(list, product, picked: quantity)
    }

    mutating func miss(_ list: String, _ bot: String, _ product: String, _ quantity: UInt32) {
        let (task, epoch) = ("\(list)/1", epoch(list))
        report(
            bot,
            .itemUnavailable(
                .init(taskID: task, epoch: epoch, storeID: "s-\(product)", productID: product, quantity: quantity)),
            [
                (
                    "task/\(task)",
                    .itemUnavailable(
                        .init(
                            taskID: task, listID: list, botID: bot, storeID: "s-\(product)", productID: product,
                            quantity: quantity))
                )
            ])
        append(
            "orders", "order/\(list)",
            OrdersV1.Event(kind: .orderAdjusted(.init(orderID: list, productID: product, unavailable: quantity))),
            depotHead)
    }

    mutating func progress(
        _ list: String, _ product: String, picked: UInt32 = 0, delivered: UInt32 = 0, unpicked: UInt32 = 0
    ) {
        let progressed = OrdersV1.OrderProgressed(
            orderID: list, productID: product, newlyPicked: picked, newlyDelivered: delivered,
            newlyUnpicked: unpicked)
        append("orders", "order/\(list)", OrdersV1.Event(kind: .orderProgressed(progressed)), depotHead)
    }

    private var depotHead: Cause { .event(service: "depot", position: logs["depot"]?.last?.position ?? 0) }

    mutating func deliver(_ list: String, _ bot: String, _ stops: [TypesV1.Stop]) {
        let (task, epoch) = ("\(list)/1", epoch(list))
        report(
            bot, .taskDelivered(.init(taskID: task, epoch: epoch)),
            [
                ("task/\(task)", .taskDelivered(.init(taskID: task, listID: list, botID: bot, delivered: stops))),
                ("list/\(list)", .listReady(.init(listID: list))),
            ])
        for item in stops.flatMap(\.items) { progress(list, item.productID, delivered: item.quantity) }
        append("orders", "order/\(list)", OrdersV1.Event(kind: .orderReady(.init(orderID: list))), depotHead)
    }

    mutating func leaveInCustody(_ list: String, _ bot: String, _ custody: [TypesV1.Stop]) {
        depot("bot/\(bot)", .botSilent(.init(botID: bot, seconds: 60)))
        depot(
            "task/\(list)/1",
            .taskLeftInCustody(
                .init(taskID: "\(list)/1", listID: list, botID: bot, epoch: epoch(list), custody: custody)))
    }

    mutating func requeue(_ list: String, _ bot: String, missing: [TypesV1.Stop] = []) {
        depot(
            "task/\(list)/1", .taskRequeued(.init(taskID: "\(list)/1", listID: list, botID: bot, missing: missing)))
    }

    /// An order of two units of `a` and one of `b`, fetched by one robot without trouble.
    static var plain: History {
        var history = History()
        history.start()
        history.connect("b-1")
        history.connect("b-2")
        history.order("o-1", [("a", 2), ("b", 1)])
        history.assign("o-1", "b-1", [line("a", 2), line("b", 1)])
        history.accept("o-1", "b-1")
        history.pick("o-1", "b-1", "a", 2)
        history.pick("o-1", "b-1", "b", 1)
        history.deliver("o-1", "b-1", [line("a", 2), line("b", 1)])
        return history
    }

    // MARK: Planting

    func index(_ service: String, _ type: String, _ number: Int = 0) -> Int {
        logs[service]!.indices.filter { logs[service]![$0].type == type }[number]
    }

    mutating func remove(_ service: String, _ type: String, _ number: Int = 0) {
        logs[service]!.remove(at: index(service, type, number))
        renumber(service)
    }

    /// Positions and versions as if nothing had been planted: so that only what is wrong is found.
    mutating func renumber(_ service: String) {
        var versions: [String: UInt64] = [:]
        for index in logs[service]!.indices {
            logs[service]![index].position = UInt64(index + 1)
            let stream = logs[service]![index].stream
            versions[stream, default: 0] += 1
            logs[service]![index].version = versions[stream]!
        }
    }

    mutating func change<Event: EventMessage>(
        _ service: String, _ type: String, _ number: Int, _: Event.Type, _ body: (inout Event) -> Void
    ) {
        let index = index(service, type, number)
        var event = try! logs[service]![index].decoded(as: Event.self)
        body(&event)
        logs[service]![index].payload = event.protobuf()
        logs[service]![index].type = event.typeName
    }
}
