import Kernel
import Messages

/// Lists.
extension PaymentsCore {
    /// Newest first. A page's token is the place of its last invoice in the sequence of issues, which never changes.
    func listInvoices(
        _ request: PaymentsV1.ListInvoicesRequest
    ) throws(ServiceError) -> PaymentsV1.ListInvoicesResponse {
        guard request.pageSize <= 200 else {
            throw .invalidArgument("page_size takes at most 200, not \(request.pageSize)")
        }
        let size = request.pageSize == 0 ? 50 : Int(request.pageSize)
        var before = Int.max
        if !request.pageToken.isEmpty {
            guard let place = Int(request.pageToken), place >= 0 else {
                throw .invalidArgument("page_token is not one that ListInvoices gave")
            }
            before = place
        }
        var response = PaymentsV1.ListInvoicesResponse()
        var last = 0
        for place in issued.indices.reversed() {
            guard let invoice = accounts[issued[place]]?.invoice,
                request.states.isEmpty || request.states.contains(invoice.state)
            else { continue }
            response.total += 1
            if place >= before { continue }
            if response.invoices.count < size {
                response.invoices.append(invoice)
                last = place
            } else if response.nextPageToken.isEmpty {
                response.nextPageToken = String(last)
            }
        }
        return response
    }
}
