import Kernel
import Messages

/// Lists and searches.
extension OrdersCore {
    /// Newest first. A page's token is the place of its last order in the sequence of starts, which never changes.
    func listOrders(_ request: OrdersV1.ListOrdersRequest) throws(ServiceError) -> OrdersV1.ListOrdersResponse {
        guard request.pageSize <= 200 else {
            throw .invalidArgument("page_size takes at most 200, not \(request.pageSize)")
        }
        guard request.query.utf8.count <= 200 else { throw .invalidArgument("query is longer than 200 bytes") }
        let size = request.pageSize == 0 ? 50 : Int(request.pageSize)
        let before = try Self.place(request.pageToken)
        let query = request.query.lowercased()
        var response = OrdersV1.ListOrdersResponse()
        var last = 0
        for place in sequence.indices.reversed() {
            guard let order = orders[sequence[place]],
                request.states.isEmpty || request.states.contains(order.view.state), order.matches(query)
            else { continue }
            response.total += 1
            if place >= before { continue }
            if response.orders.count < size {
                response.orders.append(order.view)
                last = place
            } else if response.nextPageToken.isEmpty {
                response.nextPageToken = String(last)
            }
        }
        return response
    }

    /// Where a page begins: before this place in the sequence.
    private static func place(_ token: String) throws(ServiceError) -> Int {
        if token.isEmpty { return .max }
        guard let place = Int(token), place >= 0 else {
            throw .invalidArgument("page_token is not one that ListOrders gave")
        }
        return place
    }
}

extension Order {
    /// Whether its id, pickup code or a product's name holds the text, which is in lower case.
    func matches(_ text: String) -> Bool {
        if text.isEmpty { return true }
        return id.lowercased().contains(text) || view.pickupCode.lowercased().contains(text)
            || view.lines.contains { $0.name.lowercased().contains(text) }
    }
}
