import Depot
import Foundation
import Kernel
import Logging
import Messages
import Orders
import Payments
import Stores
import Wire

/// The services of a small mall over logs on disk, in this process.
final class BenchShop: Sendable {
    static let stores = 20
    static let products = 10

    let storesService: StoresService
    let orders: OrdersService
    let others: [@Sendable () async throws -> Void]
    private let stops: [@Sendable () -> Void]
    private let directory: DataDirectory

    /// - Parameter alone: without Payments and Depot, so that nothing but placing takes time.
    init(_ path: String, alone: Bool) throws {
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let stream = EventStream()
        let directory = try DataDirectory.open(path)
        let stores = try StoresService(log: directory.log("stores"), stream: stream, logger: logger)
        let orders = try OrdersService(log: directory.log("orders"), stream: stream, logger: logger)
        var runs: [@Sendable () async throws -> Void] = [{ try await stores.run() }, { try await orders.run() }]
        var stops: [@Sendable () -> Void] = [{ stores.stop() }, { orders.stop() }]
        if !alone {
            let payments = try PaymentsService(log: directory.log("payments"), stream: stream, logger: logger)
            let depot = try DepotService(
                log: directory.log("depot"), stream: stream, mall: Self.mall, logger: logger)
            runs += [{ try await payments.run() }, { try await depot.run() }]
            stops += [{ payments.stop() }, { depot.stop() }]
        }
        (storesService, self.orders, others, self.stops, self.directory) = (stores, orders, runs, stops, directory)
    }

    func stop() {
        for stop in stops { stop() }
    }

    func close() {
        directory.close()
    }

    static var mall: DepotV1.Mall {
        var mall = DepotV1.Mall(name: "Bench", depotNode: "n-0")
        mall.floors = [.init(number: 0, name: "F", widthMm: 200_000, depthMm: 10_000)]
        for node in 0...stores {
            mall.nodes.append(.init(id: "n-\(node)", place: .init(floor: 0, xMm: Int32(node * 7_000), yMm: 1_000)))
            if node > 0 { mall.edges.append(.init(from: "n-\(node - 1)", to: "n-\(node)", lengthMm: 7_000)) }
        }
        mall.docks = [.init(id: "d-1", node: "n-0")]
        return mall
    }

    static func product(_ number: Int) -> String { "p-\(number % (stores * products))" }

    /// Stores and products, and waits until Orders knows them.
    func open() async throws {
        let context = CallContext()
        for store in 0..<Self.stores {
            _ = try await storesService.createStore(
                .init(storeID: "s-\(store)", name: "Store \(store)", node: "n-\(store + 1)", participating: true),
                context: context)
            for product in 0..<Self.products {
                _ = try await storesService.addProduct(
                    .init(
                        storeID: "s-\(store)", productID: Self.product(store * Self.products + product), name: "Thing",
                        price: .init(minorUnits: 250, currencyCode: "EUR"), stock: 1_000_000), context: context)
            }
        }
        let last = Self.product(Self.stores * Self.products - 1)
        let basket = try await orders.startBasket(.init(), context: context).orderID
        while true {
            if (try? await orders.addItem(.init(orderID: basket, productID: last, quantity: 1), context: context))
                != nil
            {
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// One customer's order: three calls, each answered once it is on disk.
    func place(_ number: Int) async throws -> String {
        let context = CallContext()
        let id = try await orders.startBasket(.init(kioskID: "k"), context: context).orderID
        _ = try await orders.addItem(
            .init(orderID: id, productID: Self.product(number), quantity: 1), context: context)
        _ = try await orders.checkout(.init(orderID: id), context: context)
        return id
    }
}
