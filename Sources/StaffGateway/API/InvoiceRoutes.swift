import APIs
import HTTPTypes
import Hummingbird
import Messages
import Web

/// What is owed, paid and given back for an order.
struct InvoiceRoutes: Sendable {
    let shop: Shop

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/orders/{id}/invoice", use: show)
        routes.command(.post, "/api/v1/orders/{id}/payment", use: pay)
        routes.command(.post, "/api/v1/orders/{id}/refund", use: refund)
    }

    @Sendable func show(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        return try Response(StaffInvoiceDocument(await invoice(try context.text("id"))))
    }

    private func invoice(_ orderID: String) async throws -> PaymentsV1.Invoice {
        try await shop.payments.getInvoice(PaymentsV1.GetInvoiceRequest(orderID: orderID), context: shop.call())
    }

    @Sendable func pay(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        let key = try request.idempotencyKey("staff", "payment", id)
        var fields = try await request.fields(limits: shop.limits)
        let method = fields.text("method", required: true, maximum: 16)
        if !method.isEmpty, method != "cash", method != "card" { fields.refuse("method", "is cash or card") }
        let token = fields.text("card_token", required: method == "card", maximum: 128)
        if method == "cash", !token.isEmpty { fields.refuse("card_token", "is for cards only") }
        try fields.finish()
        let payment = PaymentsV1.PayInvoiceRequest(
            idempotencyKey: key, orderID: id, method: method == "cash" ? .cash : .card, cardToken: token)
        return StaffCommand("order/\(id)", detail: method) {
            do {
                let invoice = try await shop.payments.payInvoice(payment, context: shop.call())
                // The provider may take longer than anybody waits; the order's events tell when it has answered.
                return try Response(
                    StaffInvoiceDocument(invoice), status: invoice.state == .paying ? .accepted : .ok)
            } catch let refusal as any StatusConvertible
                where refusal.statusCode == .failedPrecondition && method == "card"
            {
                throw await declined(id) ?? refusal
            }
        }
    }

    /// A refused payment's problem when its card was declined: the invoice is still open and says why. Otherwise nil.
    private func declined(_ orderID: String) async -> Problem? {
        guard let invoice = try? await invoice(orderID), invoice.state == .open, !invoice.declineReason.isEmpty else {
            return nil
        }
        return .declined(invoice.declineReason)
    }

    @Sendable func refund(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        let key = try request.idempotencyKey("staff", "refund", id)
        var fields = try await request.fields(limits: shop.limits)
        let amount = fields.optionalInteger("minor_units", in: 1...1_000_000_000_000)
        let reason = fields.text("reason", required: false, maximum: longestReason)
        try fields.finish()
        let wanted = amount.map { "\($0) minor units" } ?? "all"
        let detail = [wanted, noted(reason)].filter { !$0.isEmpty }.joined(separator: ", ")
        return StaffCommand("order/\(id)", detail: detail) {
            let invoice = try await invoice(id)
            let refunded = try await shop.payments.refundInvoice(
                PaymentsV1.RefundInvoiceRequest(
                    idempotencyKey: key, invoiceID: invoice.invoiceID,
                    amount: amount.map { TypesV1.Money(minorUnits: $0, currencyCode: shop.currency) },
                    reason: session.reason(reason)), context: shop.call())
            return try Response(StaffInvoiceDocument(refunded))
        }
    }
}
