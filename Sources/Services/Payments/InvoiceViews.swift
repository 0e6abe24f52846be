import Kernel
import Messages
import OrderedCollections

/// Lists.
extension PaymentsCore {
    /// Newest first. A page's token is the number of its last invoice in the sequence of issues, which never changes.
    func listInvoices(
        _ request: PaymentsV1.ListInvoicesRequest
    ) throws(ServiceError) -> PaymentsV1.ListInvoicesResponse {
        guard request.pageSize <= 200 else {
            throw .invalidArgument("page_size takes at most 200, not \(request.pageSize)")
        }
        let size = request.pageSize == 0 ? 50 : Int(request.pageSize)
        var before = UInt64.max
        if !request.pageToken.isEmpty {
            guard let number = UInt64(request.pageToken) else {
                throw .invalidArgument("page_token is not one that ListInvoices gave")
            }
            before = number
        }
        let invoiced = accounts.values.filter(\.hasInvoice).sorted { $0.invoiceNumber > $1.invoiceNumber }
        var response = PaymentsV1.ListInvoicesResponse()
        var last: UInt64 = 0
        for account in invoiced {
            guard let invoice = account.invoice, request.states.isEmpty || request.states.contains(invoice.state) else {
                continue
            }
            response.total += 1
            if account.invoiceNumber >= before { continue }
            if response.invoices.count < size {
                response.invoices.append(invoice)
                last = account.invoiceNumber
            } else if response.nextPageToken.isEmpty {
                response.nextPageToken = String(last)
            }
        }
        return response
    }
}
