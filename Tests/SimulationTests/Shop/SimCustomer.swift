import Kernel
import Messages
import OrderedCollections

@testable import Kernel
@testable import Orders
@testable import Payments

/// A customer, from an empty basket to the desk: chooses, changes mind, pays early, late, or never, tries codes that are wrong.
///
/// Safe because a simulation is one thread.
final class SimCustomer: @unchecked Sendable {
    enum Payment { case atCheckout, atKiosk, cash, cardAtDesk, never }

    let number: Int
    private unowned let mall: Simulation
    private let payment: Payment
    private let card: String
    /// The present order's.
    private(set) var orderID = ""
    private var code = ""
    private var keys = 0
    private var isPaying = false
    private var isAtDesk = false
    /// Nothing more comes of this one, but for a basket that is left behind.
    private(set) var isGone = false

    private var random: SimRandom { mall.world.random }
    private var plan: Plan { mall.plan }

    init(_ number: Int, in mall: Simulation) {
        self.number = number
        self.mall = mall
        let random = mall.world.random
        let ways: [Payment] = [.atCheckout, .atCheckout, .atKiosk, .cash, .cardAtDesk]
        payment = random.chance(mall.plan.penniless) ? .never : ways[random.below(ways.count)]
        let cards = [
            "card-approve", "card-approve", "card-approve", "card-moody", "card-decline", "card-decline-capture",
        ]
        card = cards[random.below(cards.count)]
    }

    private func later(_ low: Int, _ high: Int, _ work: @escaping () -> Void) {
        mall.world.loop.after(ms: Int64(random.between(low, high)), work)
    }

    private func key() -> String {
        keys += 1
        return "customer-\(number)/\(keys)"
    }

    private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { mall.world.auditor.fail(what()) }
    }

    // MARK: At the kiosk

    func come() {
        let name = "o-\(number)"
        let key = key()
        let request = OrdersV1.StartBasketRequest(idempotencyKey: key, kioskID: "k-\(number % 3)")
        let body: (Int) -> @Sendable (OrdersCore, Timestamp) throws -> Decision<OrdersCore, OrdersV1.Order> = { time in
            // The service makes up another each time that it is asked.
            let id = time == 1 ? name : "\(name)-\(time)"
            return { core, _ in
                Decision(try core.startBasket(request, orderID: id, currency: "EUR").map(\.new)) { $0.view(id) }
            }
        }
        mall.ask(\.orders, try? IdempotencyKey(key, request: request), body) { [self] result in
            guard case .success(let order) = result else { return leave() }
            require(
                mall.world.auditor.orders.orders[order.orderID] != nil, "\(order.orderID) is promised and not on disk")
            orderID = order.orderID
            choose(random.between(1, 4))
        }
    }

    private func choose(_ left: Int) {
        later(300, 4_000) { [self] in
            if left == 0 { return decide() }
            let product = "p-\(random.below(plan.stores))-\(random.below(3))"
            let request = OrdersV1.AddItemRequest(
                idempotencyKey: key(), orderID: orderID, productID: product, quantity: UInt32(random.between(1, 4)))
            add(request) { [self] result in
                if case .success = result, random.chance(100) { askAgain(request, result) }
                if random.chance(100) { takeOut(product) }
                choose(left - 1)
            }
        }
    }

    private func add(
        _ request: OrdersV1.AddItemRequest, _ answered: @escaping (Result<OrdersV1.Order, ServiceError>) -> Void
    ) {
        mall.ask(
            \.orders, request, key: request.idempotencyKey,
            { core, _ in
                Decision(try core.addItem(request).map(\.new)) { $0.view(request.orderID) }
            }, answered: answered)
    }

    /// The same key again gives the same answer; with something else it is an error.
    private func askAgain(_ request: OrdersV1.AddItemRequest, _ first: Result<OrdersV1.Order, ServiceError>) {
        let isSame = random.chance(500)
        var other = request
        if !isSame { other.quantity += 1 }
        add(other) { [self] result in
            switch (result, isSame) {
            case (.success(let order), true):
                require(order == (try? first.get()), "key \(request.idempotencyKey) is answered in two ways")
            case (.failure(let error), false):
                require(error.code == .alreadyExists, "\(request.idempotencyKey) with another request: \(error)")
            default: require(false, "key \(request.idempotencyKey), asked again, comes to \(result)")
            }
        }
    }

    private func takeOut(_ product: String) {
        let request = OrdersV1.RemoveItemRequest(orderID: orderID, productID: product)
        mall.ask(\.orders, request) { core, _ in
            Decision(try core.removeItem(request).map(\.new)) { $0.view(request.orderID) }
        }
    }

    private func decide() {
        if random.chance(plan.silent) { return leave() }
        if random.chance(plan.undecided) { return cancel { [self] in leave() } }
        checkout(3)
    }

    private func checkout(_ tries: Int) {
        let request = OrdersV1.CheckoutRequest(
            idempotencyKey: key(), orderID: orderID, cardToken: payment == .atCheckout ? card : "")
        mall.ask(\.orders, try? IdempotencyKey(request.idempotencyKey, request: request)) { [self] time in
            let codes = (0..<2).map { _ in "C\(random.below(500))" }
            return { core, _ in
                Decision(try core.checkout(request, pickupCodes: codes).map(\.new)) { $0.view(request.orderID) }
            }
        } answered: { [self] (result: Result<OrdersV1.Order, ServiceError>) in
            if case .success(let order) = result {
                let known = mall.world.auditor.orders.orders[orderID]
                require(
                    known?.code == order.pickupCode && !order.pickupCode.isEmpty,
                    "\(orderID): a code that is not on disk")
                code = order.pickupCode
                return look()
            }
            guard tries > 0, case .failure(let error) = result, error.code == .failedPrecondition else {
                return cancel { [self] in leave() }
            }
            // Something in it is not to be had: out with what comes first, and again.
            if let line = present?.view.lines.first { takeOut(line.productID) }
            later(1_000, 5_000) { [self] in checkout(tries - 1) }
        }
    }

    private func leave() {
        mall.world.trace.note("leave", orderID, number)
        isGone = true
    }

    // MARK: Waiting

    /// What the service knows, if it is there.
    private var present: Order? { mall.server?.orders.service?.loop.core.orders[orderID] }

    private func look() {
        later(3_000, 20_000) { [self] in
            guard let order = present else { return look() }
            if order.hasEnded { return leave() }
            if mall.isTroubled, random.chance(plan.troubles.cancel) { cancel {} }
            if mall.isTroubled, order.view.state == .approved, random.chance(50) { leaveCard(order) }
            if !isPaying, !order.view.paid, wantsToPay(order) { pay(order) }
            if order.view.state == .ready, !isAtDesk { goToDesk(order) }
            look()
        }
    }

    private func cancel(_ done: @escaping () -> Void) {
        let request = OrdersV1.CancelOrderRequest(orderID: orderID)
        mall.ask(\.orders, request) { core, _ in
            Decision(try core.order(request.orderID).cancel(request).map(\.new)) { $0.view(request.orderID) }
        } answered: { (_: Result<OrdersV1.Order, ServiceError>) in
            done()
        }
    }

    // MARK: Paying

    private func wantsToPay(_ order: Order) -> Bool {
        // Some pay twice, or with another card, before they have heard.
        if mall.isTroubled, random.chance(plan.troubles.secondThoughts) { return true }
        return switch payment {
        case .atKiosk: order.view.state == .ready || random.chance(order.view.state == .approved ? 400 : 100)
        case .cash, .cardAtDesk: order.view.state == .ready
        // The card was declined, or it never came to that.
        case .atCheckout: order.view.state == .ready && mall.isClosing
        case .never: false
        }
    }

    /// Has the order's price held on a card after checkout.
    private func leaveCard(_ order: Order) {
        let request = PaymentsV1.AuthorizePaymentRequest(
            idempotencyKey: key(), orderID: orderID, amount: order.view.total, cardToken: card)
        let id = "auth-\(number)-\(keys)"
        mall.ask(\.payments, request, key: request.idempotencyKey) { core, _ in
            let events = core.withConsequences(try core.authorize(request, authorizationID: id))
            return Decision(events.map(\.new)) { core in
                core.accounts[request.orderID]?.authorization(id) ?? PaymentsV1.Authorization()
            }
        } answered: { (_: Result<PaymentsV1.Authorization, ServiceError>) in
        }
    }

    private func pay(_ order: Order) {
        isPaying = true
        var (method, token) = (payment == .cash ? PaymentsV1.PaymentMethod.cash : .card, card)
        // Whose card is no good has others, and in the end cash.
        if random.chance(300) { token = "card-approve" }
        if mall.isClosing { method = .cash }
        let request = PaymentsV1.PayInvoiceRequest(
            idempotencyKey: key(), orderID: orderID, method: method, cardToken: method == .card ? token : "")
        mall.ask(\.payments, request, key: request.idempotencyKey) { core, _ in
            let events = core.withConsequences(try core.pay(request))
            return Decision(events.map(\.new)) { $0.accounts[request.orderID]?.invoice ?? PaymentsV1.Invoice() }
        } answered: { [self] (result: Result<PaymentsV1.Invoice, ServiceError>) in
            isPaying = false
            guard case .success = result else { return }
            let account = mall.world.auditor.payments.accounts[orderID]
            require((account?.captured ?? 0) > 0 || account?.wasCharged == true, "\(orderID): paid, and not on disk")
        }
    }

    // MARK: At the desk

    private func goToDesk(_ order: Order) {
        // Nobody pays this one: staff end it.
        if !order.view.paid, mall.isClosing, payment == .never { return cancel {} }
        guard order.view.paid else { return }
        isAtDesk = true
        let isWrong = mall.isTroubled && random.chance(plan.troubles.wrongCode)
        handOver(isWrong ? "WRONG\(random.below(100))" : code, isWrong: isWrong)
    }

    private func handOver(_ code: String, isWrong: Bool) {
        let request = OrdersV1.HandOverRequest(orderID: orderID, pickupCode: code)
        mall.ask(\.orders, request) { core, now in
            let outcome = try core.order(request.orderID).handOver(request, now: now)
            return Decision(outcome.events.map(\.new)) { $0.view(request.orderID) }
        } answered: { [self] (result: Result<OrdersV1.Order, ServiceError>) in
            isAtDesk = false
            guard case .success(let order) = result else { return }
            require(!isWrong || order.state != .completed, "\(orderID) is handed over for a wrong code")
            let state = mall.world.auditor.orders.orders[orderID]?.state
            require(isWrong || state == .completed, "\(orderID) is handed over, and \(state?.rawValue ?? "") on disk")
        }
    }
}
