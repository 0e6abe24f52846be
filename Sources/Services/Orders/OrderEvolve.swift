import Kernel
import Messages

extension Order {
    /// What an event of this order does to it.
    mutating func evolve(_ kind: OrdersV1.Event.Kind, at unixMs: Int64) {
        switch kind {
        case .basketStarted: break
        case .itemAdded(let event):
            if let line = event.line { add(line) }
            touchedUnixMs = unixMs
        case .itemRemoved(let event):
            remove(event.productID, event.quantity)
            touchedUnixMs = unixMs
        case .basketAbandoned: end(.abandoned, at: unixMs)
        case .orderPlaced(let event):
            view.state = .placed
            view.lines = event.lines
            view.total = event.total
            view.pickupCode = event.pickupCode
            view.ticket = event.ticket
            view.placedUnixMs = unixMs
            cardGiven = !event.cardToken.isEmpty
        case .checkoutStepDone(let event): note(event)
        case .orderApproved: view.state = .approved
        case .orderRejected(let event): end(.rejected, event.reason, at: unixMs)
        case .orderAdjusted(let event):
            change(event.productID) { $0.unavailable += min(event.unavailable, $0.outstanding) }
            view.total = event.newTotal
        case .orderProgressed(let event):
            change(event.productID) { line in
                line.picked += min(event.newlyPicked, line.outstanding)
                line.delivered += min(event.newlyDelivered, line.picked - min(line.picked, line.delivered))
                line.picked -= min(event.newlyUnpicked, line.picked - min(line.picked, line.delivered))
            }
        case .orderReady:
            view.state = .ready
            view.readyUnixMs = unixMs
        case .orderPaid: view.paid = true
        case .orderCompleted: end(.completed, at: unixMs)
        case .orderCancelRequested(let event):
            view.state = .canceling
            view.reason = event.reason
        case .orderCanceled(let event): end(.canceled, event.reason, at: unixMs)
        case .pickupCodeRefused:
            // After a wait the tries begin anew.
            wrongCodes = wrongCodes >= Self.codeTries ? 1 : wrongCodes + 1
            wrongCodeUnixMs = unixMs
        case .storeNoted, .productNoted, .productForgotten: break
        }
    }

    private mutating func end(_ state: OrdersV1.OrderState, _ reason: String = "", at unixMs: Int64) {
        view.state = state
        view.reason = reason
        view.endedUnixMs = unixMs
    }

    private mutating func note(_ step: OrdersV1.CheckoutStepDone) {
        switch step.step {
        case .cardAuthorized: cardAuthorized = true
        case .listCreated: listCreated = true
        case .invoiceIssued: view.invoiceID = step.reference
        case .listCanceled: listClosed = true
        case .invoiceClosed: accountClosed = true
        case .unspecified, .unrecognized: break
        }
    }

    private mutating func add(_ line: OrdersV1.Line) {
        if let index = view.lines.firstIndex(where: { $0.productID == line.productID }) {
            // The newest price is the one that the kiosk showed last.
            view.lines[index].quantity += line.quantity
            view.lines[index].unitPrice = line.unitPrice
        } else {
            view.lines.insertByStore(line)
        }
        retotal()
    }

    private mutating func remove(_ productID: String, _ quantity: UInt32) {
        change(productID) { $0.quantity -= min(quantity, $0.quantity) }
        view.lines.removeAll { $0.quantity == 0 }
        retotal()
    }

    /// Limits on lines, units and prices keep a total far from overflow; a decision has refused what would not.
    private mutating func retotal() {
        view.total = TypesV1.Money(
            minorUnits: view.lines.totalMinorUnits ?? .max, currencyCode: view.total?.currencyCode ?? "")
    }

    private mutating func change(_ productID: String, _ body: (inout OrdersV1.Line) -> Void) {
        guard let index = view.lines.firstIndex(where: { $0.productID == productID }) else { return }
        body(&view.lines[index])
    }
}

extension Order {
    init(_ record: OrdersV1.OrderRecord) {
        self.init(record.order ?? OrdersV1.Order(), number: record.number)
        cardGiven = record.cardGiven
        cardAuthorized = record.cardAuthorized
        listCreated = record.listCreated
        listClosed = record.listClosed
        accountClosed = record.accountClosed
        wrongCodes = record.wrongCodes
        wrongCodeUnixMs = record.wrongCodeUnixMs
        touchedUnixMs = record.touchedUnixMs
    }

    /// As a snapshot keeps it.
    var record: OrdersV1.OrderRecord {
        OrdersV1.OrderRecord(
            order: view, cardGiven: cardGiven, cardAuthorized: cardAuthorized, listCreated: listCreated,
            listClosed: listClosed, accountClosed: accountClosed, wrongCodes: wrongCodes,
            wrongCodeUnixMs: wrongCodeUnixMs, touchedUnixMs: touchedUnixMs, number: number)
    }
}
