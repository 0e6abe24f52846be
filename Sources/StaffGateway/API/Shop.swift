import APIs
import Hummingbird
import Kernel
import Messages
import Web
import Wire

/// The services behind the gateway, and how long they may take.
struct Shop: Sendable {
    let stores: any StoresAPI
    let orders: any OrdersAPI
    let payments: any PaymentsAPI
    let depot: any DepotAPI
    /// The services' logs, for timelines.
    let events: EventStream
    /// The mall's currency, ISO 4217.
    let currency: String
    let limits: WebLimits

    func call() -> CallContext { limits.call() }
}

extension StaffSession {
    /// Why something is done, as the services' logs keep it: "dropped (by anna)".
    func reason(_ text: String) -> String { text.isEmpty ? "by \(name)" : "\(text) (by \(name))" }
}

/// The longest reason that staff give, in bytes: services take 200, with the name.
let longestReason = 150

/// "reason: dropped", for the audit log; empty without one.
func noted(_ reason: String) -> String { reason.isEmpty ? "" : "reason: \(reason)" }

extension Request {
    /// States from a query parameter with words between commas; empty for none.
    ///
    /// - Throws: a `Problem` that lists the words when one is none.
    func queryStates<State>(_ name: String, _ all: [State], word: (State) -> String) throws(Problem) -> [State] {
        guard let text = queryText(name), !text.isEmpty else { return [] }
        var states: [State] = []
        for part in text.split(separator: ",") {
            guard let state = all.first(where: { word($0) == part }) else {
                let words = all.map(word).joined(separator: ", ")
                throw .invalid([.init(field: name, message: "takes some of \(words), with commas between them")])
            }
            states.append(state)
        }
        return states
    }
}
