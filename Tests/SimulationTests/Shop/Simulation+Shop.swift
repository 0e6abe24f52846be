import Kernel
import Messages
import OrderedCollections

@testable import Depot
@testable import Kernel
@testable import Orders
@testable import Payments
@testable import Stores

/// The stores, those who run them, and who comes to buy.
extension Simulation {
    private static let rules = StoreRules()

    private func euros(_ cents: Int) -> TypesV1.Money { .init(minorUnits: Int64(cents), currencyCode: "EUR") }

    // MARK: Opening

    func openStores() {
        for store in 0..<plan.stores {
            let node = plan.mall.nodes[(store * 2 + 1) % plan.mall.nodes.count]
            let request = StoresV1.CreateStoreRequest(
                idempotencyKey: "open/\(store)", storeID: "s-\(store)", name: "Store \(store)", node: node.id,
                place: node.place, participating: true)
            ask(\.stores, request, key: request.idempotencyKey) { core, _ in
                Decision(try core.createStore(request, newID: "", rules: Self.rules).map { NewEvent($0.stream, $0) }) {
                    $0.stores[request.storeID]?.store ?? StoresV1.Store()
                }
            } answered: { [self] (_: Result<StoresV1.Store, ServiceError>) in
                for number in 0..<3 { addProduct(number, of: store) }
            }
        }
    }

    private func addProduct(_ number: Int, of store: Int) {
        products += 1
        let request = StoresV1.AddProductRequest(
            idempotencyKey: "product/\(products)", storeID: "s-\(store)", productID: "p-\(store)-\(number)",
            name: "Product \(number)", price: euros(world.random.between(1, 2_000)),
            stock: UInt32(world.random.between(plan.stock.lowerBound, plan.stock.upperBound)),
            sizeUnits: UInt32(number + 1))
        shop(request, key: request.idempotencyKey) { try $0.addProduct(request, newID: "", rules: Self.rules) }
    }

    private func shop(
        _ request: some Message, key: String = "",
        _ body: @escaping @Sendable (StoresCore) throws -> [StoresV1.Event]
    ) {
        ask(\.stores, request, key: key) { core, _ in
            Decision(try body(core).map { NewEvent($0.stream, $0) }, replying: StoresV1.Product())
        }
    }

    // MARK: Customers

    func planCustomer(_ number: Int) {
        world.loop.after(ms: Int64(world.random.between(0, plan.troubleSeconds * 1_000))) { [self] in
            let customer = SimCustomer(number, in: self)
            customers.append(customer)
            customer.come()
        }
    }

    // MARK: Staff

    /// Whoever runs stores and the desk does something, whether that is possible or not.
    func manage() {
        let random = world.random
        let (store, number) = (random.below(plan.stores), random.below(3))
        let (storeID, productID) = ("s-\(store)", "p-\(store)-\(number)")
        let what = random.below(12)
        world.trace.note("manage", productID, what)
        switch what {
        case 0, 1, 2:
            let request = StoresV1.ChangePriceRequest(productID: productID, price: euros(random.between(1, 2_000)))
            shop(request) { try $0.changePrice(request, rules: Self.rules) }
        case 3, 4:
            let request = StoresV1.SetStockRequest(productID: productID, stock: UInt32(random.between(0, 100)))
            shop(request) { try $0.setStock(request, rules: Self.rules) }
        case 5, 6:
            let request = StoresV1.SetParticipationRequest(storeID: storeID, participating: random.chance(700))
            shop(request) { try $0.setParticipation(request) }
        case 7:
            let node = plan.mall.nodes[random.below(plan.mall.nodes.count)]
            let request = StoresV1.MoveStoreRequest(storeID: storeID, node: node.id, place: node.place)
            shop(request) { try $0.moveStore(request, rules: Self.rules) }
        case 8:
            if random.chance(500) { return addProduct(number, of: store) }
            let request = StoresV1.RemoveProductRequest(productID: productID)
            shop(request) { try $0.removeProduct(request) }
        case 9: cancelList()
        default: refund()
        }
    }

    private func cancelList() {
        guard let depot = server?.depot, let customer = world.random.pick(customers) else { return }
        let id = customer.orderID
        if depot.loop.core.lists[id] != nil { server?.staff { core, _ in core.cancel(id, reason: "staff") } }
    }

    private func refund() {
        guard let core = server?.payments.service?.loop.core, let customer = world.random.pick(customers),
            let account = core.accounts[customer.orderID], account.hasInvoice
        else { return }
        products += 1
        let amount = Int64(world.random.between(1, Int(max(1, account.captured))))
        let request = PaymentsV1.RefundInvoiceRequest(
            idempotencyKey: "refund/\(products)", invoiceID: account.invoiceID,
            amount: world.random.chance(300) ? nil : .init(minorUnits: amount, currencyCode: "EUR"))
        ask(\.payments, request, key: request.idempotencyKey) { core, _ in
            let events = core.withConsequences(try core.refund(request))
            return Decision(events.map(\.new)) { $0.accounts[account.orderID]?.invoice ?? PaymentsV1.Invoice() }
        } answered: { (_: Result<PaymentsV1.Invoice, ServiceError>) in
        }
    }
}
