import APIs
import ArgumentParser
import Messages
import Wire

/// `mallbots orders`: what staff do with orders, over the Orders service.
struct Orders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, shows, cancels and hands over orders.",
        subcommands: [List.self, Show.self, Cancel.self, HandOver.self],
        defaultSubcommand: List.self)
}

extension Orders {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists orders, newest first.")

        @Option(help: ArgumentHelp("Only orders in this state, as in 'ready' (repeatable).", valueName: "state"))
        var state: [OrderStateName] = []

        @Option(help: ArgumentHelp("Only orders with this in their id, code or product names.", valueName: "text"))
        var find = ""

        @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
        var limit: UInt32 = 50

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var connection: ServicesOptions

        func validate() throws {
            guard (1...200).contains(limit) else { throw ValidationError("--limit is from 1 to 200, not \(limit)") }
        }

        func run() async throws {
            let request = OrdersV1.ListOrdersRequest(states: state.map(\.state), query: find, pageSize: limit)
            let list = try await connection.withClient { client in
                try await OrdersClient(client).listOrders(request, context: CallContext(timeout: .seconds(10)))
            }
            if json {
                for order in list.orders { Output.line(order.json()) }
            } else {
                Output.line(OrderText.table(list.orders))
                if list.total > list.orders.count { Output.note("\(list.orders.count) of \(list.total); see --limit") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one order and its lines.")

        @Argument(help: "The order's id.") var id: String
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = OrdersV1.GetOrderRequest(orderID: id)
            let order = try await connection.withClient { client in
                try await OrdersClient(client).getOrder(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line(json ? order.json() : OrderText.card(order))
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancels an order; what robots have picked goes back, what was paid too.")

        @Argument(help: "The order's id.") var id: String
        @Option(help: "Why, for the customer.") var reason = "cancelled by staff"
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = OrdersV1.CancelOrderRequest(orderID: id, reason: reason)
            let order = try await connection.withClient { client in
                try await OrdersClient(client).cancelOrder(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line(json ? order.json() : OrderText.card(order))
        }
    }

    struct HandOver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hand-over", abstract: "Gives the customer the items against the pickup code.")

        @Argument(help: "The order's id.") var id: String
        @Option(help: ArgumentHelp("The code that the customer shows.", valueName: "code")) var code: String
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let request = OrdersV1.HandOverRequest(orderID: id, pickupCode: code)
            let order = try await connection.withClient { client in
                try await OrdersClient(client).handOver(request, context: CallContext(timeout: .seconds(10)))
            }
            Output.line(json ? order.json() : OrderText.card(order))
        }
    }
}
