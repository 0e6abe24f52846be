public import Kernel
public import Messages
import OrderedCollections

/// What happens because a card is not heard of.
extension PaymentsCore {
    /// The customer waits no longer than this for a charge's answer: then the invoice can be paid in another way. The
    /// provider is asked on, for money may have moved.
    static let chargePatience = Duration.seconds(60)

    public func nextDeadline(after now: Timestamp) -> Timestamp? {
        asked.earliest.map { max(Timestamp(unixMs: $0), began) + Self.chargePatience }
    }

    public func due(_ now: Timestamp) -> [NewEvent<PaymentsV1.Event>] {
        let latest = now - Self.chargePatience
        guard began <= latest else { return [] }
        return asked.upTo(latest.unixMs).flatMap { orderID in
            let account = accounts[orderID] ?? Account(orderID: orderID)
            let overdue = account.charges.filter { $0.state == .asked && $0.askedUnixMs <= latest.unixMs }
            return withConsequences(
                overdue.map { charge in
                    PaymentsV1.Event(
                        kind: .chargeOverdue(
                            PaymentsV1.ChargeOverdue(
                                invoiceID: account.invoiceID, orderID: orderID, chargeID: charge.id)))
                })
        }.map(\.new)
    }
}
