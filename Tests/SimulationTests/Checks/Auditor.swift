import Kernel
import Messages

/// Who sees everything that gets on disk, and says what must not be. It knows the contract, and none of the code.
final class Auditor {
    /// The first thing that was wrong.
    private(set) var failure: String?
    let reports = ReportLedger()
    let depot = DepotHistory()
    let directives = DirectiveLedger()
    /// For each log, its end and its streams' versions.
    private var heads: [String: UInt64] = [:]
    private var versions: [String: [String: UInt64]] = [:]
    private var times: [String: Timestamp] = [:]
    private let trace: Trace

    init(trace: Trace) {
        self.trace = trace
        reports.fail = { [unowned self] in fail($0) }
        depot.fail = { [unowned self] in fail($0) }
        depot.reports = reports
        depot.now = { [unowned trace] in trace.milliseconds }
        directives.fail = { [unowned self] in fail($0) }
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
            trace.note("event", event.stream, Int(event.position), bytes: event.payload, event.type)
            switch event.service {
            case "gateway": decode(event, as: BotsV1.Event.self) { reports.take($0, event) }
            case "depot": decode(event, as: DepotV1.Event.self) { depot.take($0, event) }
            default: break
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
}
