import Kernel
import Messages
import OrderedCollections

/// Accounts that were over long ago: the state has forgotten them, the log has not.
extension PaymentsService {
    /// The account of an invoice, by the invoice's id or the order's, also one that was over long ago, or NOT_FOUND.
    func account(invoice invoiceID: String, order orderID: String) async throws -> Account {
        do {
            return try await loop.read { try $0.account(invoice: invoiceID, order: orderID) }
        } catch let error as ServiceError where error.code == .notFound {
            guard let old = try await forgotten(invoiceID, orderID) else { throw error }
            return old
        }
    }

    /// Has something done to an account; where there is none, and it was over long ago, the refusal says so.
    func refusing<R: Sendable>(
        _ invoiceID: String, _ orderID: String, _ body: @Sendable () async throws -> R
    ) async throws -> R {
        do {
            return try await body()
        } catch let error as ServiceError where error.code == .notFound {
            guard let old = try await forgotten(invoiceID, orderID) else { throw error }
            throw ServiceError.failedPrecondition(
                "invoice '\(old.invoiceID)' is \(old.state.plainName), and its order ended long ago: "
                    + "nothing can be done to it any more")
        }
    }

    /// An account that the state has forgotten, as its stream in the log gives it; nil when there never was one.
    private func forgotten(_ invoiceID: String, _ orderID: String) async throws -> Account? {
        let prefix = PaymentsCore.invoiceID(of: "")
        if orderID.isEmpty, !invoiceID.hasPrefix(prefix) { return nil }
        let orderID = orderID.isEmpty ? String(invoiceID.dropFirst(prefix.count)) : orderID
        var core = PaymentsCore()
        for event in try await loop.history(of: PaymentsCore.stream(of: orderID)) {
            core.evolve(event.event, event.stamp)
        }
        guard let account = core.accounts[orderID], account.hasInvoice else { return nil }
        return account
    }
}
