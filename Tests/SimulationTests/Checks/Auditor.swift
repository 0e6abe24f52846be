import Kernel
import Messages

@testable import Kernel

/// Who sees everything that gets on disk, and says what must not be. It knows the contract, and none of the code.
final class Auditor {
    /// The first thing that was wrong.
    private(set) var failure: String?
    let reports = ReportLedger()
    let depot = DepotHistory()
    let directives = DirectiveLedger()
    let orders = OrdersHistory()
    let payments = PaymentsHistory()
    let stores = StoresHistory()
    /// For each log, its end and its streams' versions.
    private var heads: [String: UInt64] = [:]
    private var versions: [String: [String: UInt64]] = [:]
    private var times: [String: Timestamp] = [:]
    private var causes = CauseLedger()
    private let trace: Trace

    init(trace: Trace, provider: SimProvider) {
        self.trace = trace
        reports.fail = { [unowned self] in fail($0) }
        depot.fail = { [unowned self] in fail($0) }
        depot.reports = reports
        depot.now = { [unowned trace] in trace.milliseconds }
        directives.fail = { [unowned self] in fail($0) }
        orders.fail = { [unowned self] in fail($0) }
        (orders.stores, orders.payments, orders.depot) = (stores, payments, depot)
        payments.fail = { [unowned self] in fail($0) }
        (payments.orders, payments.provider) = (orders, provider)
        stores.fail = { [unowned self] in fail($0) }
        stores.depot = depot
        provider.fail = { [unowned self] in fail($0) }
    }

    func fail(_ what: String) {
        if failure == nil {
            failure = what
            trace.note("BROKEN", "", 0, what)
        }
    }

    func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { fail(what()) }
    }

    /// Events that are on disk now.
    func written(_ events: [RecordedEvent]) {
        for event in events {
            checkOrder(event)
            if let wrong = causes.take(event) { fail(wrong) }
            trace.note("event", event.stream, Int(event.position), bytes: event.payload, event.type)
            switch event.service {
            case "gateway": decode(event, as: BotsV1.Event.self) { reports.take($0, event) }
            case "depot": decode(event, as: DepotV1.Event.self) { depot.take($0, event) }
            case "orders": decode(event, as: OrdersV1.Event.self) { orders.take($0, event) }
            case "payments": decode(event, as: PaymentsV1.Event.self) { payments.take($0, event) }
            case "stores": decode(event, as: StoresV1.Event.self) { stores.take($0, event) }
            default: fail("there is no log of \(event.service)")
            }
        }
    }

    private func decode<E: EventMessage>(_ event: RecordedEvent, as: E.Type, _ body: (E) -> Void) {
        do { body(try event.decoded(as: E.self)) } catch { fail("\(error)") }
    }

    private func checkOrder(_ event: RecordedEvent) {
        let head = heads[event.service] ?? 0
        require(event.position == head + 1, "\(event.service): position \(event.position) after \(head)")
        heads[event.service] = event.position
        let version = versions[event.service]?[event.stream] ?? 0
        require(event.version == version + 1, "\(event.stream): version \(event.version) after \(version)")
        versions[event.service, default: [:]][event.stream] = event.version
        if let time = times[event.service] { require(event.time >= time, "\(event.service): time goes back") }
        times[event.service] = event.time
    }

    /// A state is what its log comes to, and so are a snapshot of it and what is worked out from it.
    func checkFold<Core: ServiceCore>(
        _ core: Core, _ log: InMemoryEventLog, _ readModels: (Core) -> [String] = { _ in [] }
    ) {
        let name = Core.serviceName
        var fold = Core()
        guard let events = try? log.read(after: 0, limit: .max) else { return fail("\(name): no log") }
        for event in events {
            guard let decoded = try? event.decoded(as: Core.Event.self) else { continue }
            fold.evolve(decoded, event.stamp)
        }
        let state = core.snapshot()
        require(state == fold.snapshot(), "\(name): the state is not what its log comes to")
        guard let again = try? Core(snapshot: state) else { return fail("\(name): the snapshot is bad") }
        require(again.snapshot() == state, "\(name): the snapshot of a snapshot is another")
        let (mine, folded, restored) = (readModels(core), readModels(fold), readModels(again))
        require(mine == folded, "\(name): \(mine) is kept, and the log comes to \(folded)")
        require(mine == restored, "\(name): \(mine) is kept, and a snapshot gives \(restored)")
    }
}
