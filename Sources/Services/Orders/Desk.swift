import Kernel
import Messages

/// Decisions after checkout: cancelling, and handing over at the depot's desk.
extension Order {
    /// After this many wrong pickup codes in a row nobody gets in for a while.
    static let codeTries: UInt32 = 5
    static let codeWait = Duration.seconds(60)

    /// Asks for the end. An order that is being or has been cancelled stays as it is.
    func cancel(_ request: OrdersV1.CancelOrderRequest) throws(ServiceError) -> [OrdersV1.Event] {
        guard request.reason.utf8.count <= 200 else { throw .invalidArgument("reason is longer than 200 bytes") }
        switch view.state {
        case .basket:
            return [OrdersV1.Event(kind: .basketAbandoned(OrdersV1.BasketAbandoned(orderID: id)))]
        case .placed, .approved, .ready:
            return [requestCancel(request.reason.isEmpty ? "canceled by the customer" : request.reason)]
        case .canceling, .canceled, .abandoned:
            return []
        default:
            throw .failedPrecondition("order '\(id)' is \(stateName): it can no longer be canceled")
        }
    }

    /// What comes of a try to get the items: a wrong code is an event too, so that tries can be counted.
    func handOver(
        _ request: OrdersV1.HandOverRequest, now: Timestamp
    ) throws(ServiceError) -> (events: [OrdersV1.Event], refusal: ServiceError?) {
        guard view.state == .ready else {
            let why = isActive ? "its items are not all at the depot yet" : "there is nothing to hand over"
            throw .failedPrecondition("order '\(id)' is \(stateName), not ready: \(why)")
        }
        guard view.paid else {
            throw .failedPrecondition("order '\(id)' is not paid: take \(view.total.plainText) first")
        }
        let opens = Timestamp(unixMs: wrongCodeUnixMs) + Self.codeWait
        if wrongCodes >= Self.codeTries, now < opens {
            let seconds = (opens.unixMs - now.unixMs + 999) / 1000
            throw .resourceExhausted(
                "\(Self.codeTries) wrong pickup codes for order '\(id)': try again in \(seconds) seconds")
        }
        if request.pickupCode.isEmpty { throw .invalidArgument("pickup_code is empty") }
        if normalizedPickupCode(request.pickupCode) == view.pickupCode {
            return ([OrdersV1.Event(kind: .orderCompleted(OrdersV1.OrderCompleted(orderID: id)))], nil)
        }
        return (
            [OrdersV1.Event(kind: .pickupCodeRefused(OrdersV1.PickupCodeRefused(orderID: id)))],
            .permissionDenied("that is not the pickup code of order '\(id)'")
        )
    }
}

extension TypesV1.Money? {
    /// For people: "12.30 EUR". Minor units are shown as hundredths, as the mall's currencies have them.
    var plainText: String {
        guard let self else { return "the total" }
        let cents = self.minorUnits.magnitude % 100
        return "\(self.minorUnits / 100).\(cents < 10 ? "0" : "")\(cents) \(self.currencyCode)"
    }
}
