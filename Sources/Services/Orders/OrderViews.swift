import Kernel
import Messages
import OrderedCollections

/// Lists and searches.
extension OrdersCore {
    /// Newest first. A page's token is the number of its last order in the sequence of starts, which never changes: so
    /// orders that come or are forgotten meanwhile neither repeat one nor leave one out.
    ///
    /// A page ends early when more would not fit into a frame.
    func listOrders(_ request: OrdersV1.ListOrdersRequest) throws(ServiceError) -> OrdersV1.ListOrdersResponse {
        guard request.pageSize <= 200 else {
            throw .invalidArgument("page_size takes at most 200, not \(request.pageSize)")
        }
        guard request.query.utf8.count <= 200 else { throw .invalidArgument("query is longer than 200 bytes") }
        let before = try Self.number(request.pageToken)
        let query = request.query.lowercased()
        var share = Share(things: request.pageSize == 0 ? 50 : Int(request.pageSize))
        var response = OrdersV1.ListOrdersResponse()
        var last: UInt64 = 0
        for order in orders.values.reversed() {
            guard request.states.isEmpty || request.states.contains(order.view.state),
                order.matches(query, inCodes: !request.withoutCodes)
            else { continue }
            response.total += 1
            if order.number >= before || !response.nextPageToken.isEmpty { continue }
            if share.adds(order.view) {
                response.orders.append(order.view)
                last = order.number
            } else {
                response.nextPageToken = String(last)
            }
        }
        return response
    }

    /// Where a page begins: before this number.
    private static func number(_ token: String) throws(ServiceError) -> UInt64 {
        if token.isEmpty { return .max }
        guard let number = UInt64(token) else { throw .invalidArgument("page_token is not one that ListOrders gave") }
        return number
    }
}

extension Order {
    /// Whether its id, pickup code, ticket or a product's name holds the text, which is in lower case.
    func matches(_ text: String, inCodes: Bool = true) -> Bool {
        if text.isEmpty { return true }
        return id.lowercased().contains(text) || (inCodes && view.pickupCode.lowercased().contains(text))
            || (view.ticket > 0 && String(view.ticket) == text)
            || view.lines.contains { $0.name.lowercased().contains(text) }
    }
}
