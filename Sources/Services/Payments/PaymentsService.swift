public import APIs
public import Kernel
public import Logging
public import Messages
import OrderedCollections
public import Wire

/// Payments at work: cards held, invoices paid, adjusted, refunded.
///
/// It answers while ``run()`` runs. Subscribed to Orders. The provider is asked outside the loop's thread, for what the
/// state calls for.
public final class PaymentsService: PaymentsAPI {
    /// The longest that a call waits for the provider's answer; without one it returns what is known by then.
    static let patience = Duration.seconds(10)

    let loop: ServiceLoop<PaymentsCore>
    private let ids: IDGenerator
    private let desk: ProviderDesk
    private let watchers = Watchers<Account>()

    /// Loads the state from the log: blocks while it reads.
    ///
    /// - throws: `StorageError` when the log cannot be read.
    public init(
        log: any EventLog, stream: EventStream, clock: any KernelClock = SystemClock(),
        ids: IDGenerator = IDGenerator(), provider: any PaymentProvider = PaymentSimulator(), logger: Logger,
        options: LoopOptions = LoopOptions()
    ) throws {
        let loop = try ServiceLoop<PaymentsCore>(
            log: log, stream: stream, clock: clock, logger: logger, options: options
        ) { $0.began = clock.now() }
        self.loop = loop
        self.ids = ids
        desk = ProviderDesk(provider: provider, logger: logger) { request, answer in
            try await loop.decide { core, _ in
                Decision(core.withConsequences(core.settle(request, answer)).map(\.new))
            }
        }
        try loop.subscribe(to: "orders", OrdersV1.Event.self) { core, event, _ in
            core.withConsequences(core.react(to: event.event)).map(\.new)
        }
        loop.onCommit { [watchers, desk] events, core in
            desk.notice()
            for event in events {
                guard let id = event.event.orderID, watchers.isWatched(id), let account = core.accounts[id] else {
                    continue
                }
                watchers.publish(account, of: id)
            }
        }
    }

    /// Has `observe` called when the service begins to work, cannot any more, can again, and has stopped. Before ``run()``.
    public func onCondition(_ observe: @escaping @Sendable (LoopCondition) -> Void) {
        loop.onCondition(observe)
    }

    /// Works until ``stop()``, or until the task is cancelled. Once only.
    public func run() async throws {
        defer { watchers.finish() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [desk, loop] in
                await desk.run { limit, busy in
                    try await loop.read { $0.pendingRequests(limit: limit, besides: busy) }
                }
            }
            defer { desk.close() }
            try await loop.run()
        }
    }

    /// Takes no more calls, finishes those that wait, and lets ``run()`` return.
    public func stop() {
        watchers.finish()
        loop.stop()
    }

    // MARK: Calls

    /// Waits a while for the provider; an authorisation that it still owes an answer to comes back pending.
    public func authorizePayment(
        _ request: PaymentsV1.AuthorizePaymentRequest, context: CallContext
    ) async throws -> PaymentsV1.Authorization {
        let id = ids.id("auth")
        let key = try Self.key(request.idempotencyKey, request)
        let first = try await refusing("", request.orderID) { [loop] in
            try await loop.decide(key: key) { core, _ in
                let events = core.withConsequences(try core.authorize(request, authorizationID: id))
                return Decision<PaymentsCore, PaymentsV1.Authorization>(events.map(\.new)) { core in
                    core.accounts[request.orderID]?.authorization(id) ?? PaymentsV1.Authorization(authorizationID: id)
                }
            }
        }
        let account = try await wait(for: request.orderID) { account in
            account.authorization(first.authorizationID)?.state != .pending
        }
        return account.authorization(first.authorizationID) ?? first
    }

    public func getInvoice(
        _ request: PaymentsV1.GetInvoiceRequest, context: CallContext
    ) async throws -> PaymentsV1.Invoice {
        try await account(invoice: request.invoiceID, order: request.orderID).invoiceOrEmpty
    }

    /// Waits a while for the provider when a card is charged; without an answer the invoice comes back being paid.
    public func payInvoice(
        _ request: PaymentsV1.PayInvoiceRequest, context: CallContext
    ) async throws -> PaymentsV1.Invoice {
        let key = try Self.key(request.idempotencyKey, request)
        let first = try await refusing(request.invoiceID, request.orderID) {
            try await self.decide(request.invoiceID, request.orderID, key: key) { core in try core.pay(request) }
        }
        guard first.state == .paying else { return first }
        let account = try await wait(for: first.orderID) { account in
            account.state != .paying || account.charge(first.chargeID)?.state != .asked
        }
        // It was paid, if not by this charge then by another or in cash; or it is being paid, which may take its time.
        if !account.captures.isEmpty || account.charge(first.chargeID)?.state == .asked {
            return account.invoiceOrEmpty
        }
        let reason = account.declineReason.isEmpty ? "" : ": \(account.declineReason)"
        throw ServiceError.failedPrecondition(
            "the card was declined\(reason); invoice '\(first.invoiceID)' is still to be paid, "
                + "with another card or in cash")
    }

    /// Waits a while for the provider to give the money back.
    public func refundInvoice(
        _ request: PaymentsV1.RefundInvoiceRequest, context: CallContext
    ) async throws -> PaymentsV1.Invoice {
        let key = try Self.key(request.idempotencyKey, request)
        let first = try await refusing(request.invoiceID, "") {
            try await self.decide(request.invoiceID, "", key: key) { core in try core.refund(request) }
        }
        return try await wait(for: first.orderID) { $0.pendingRefund == 0 }.invoiceOrEmpty
    }

    public func listInvoices(
        _ request: PaymentsV1.ListInvoicesRequest, context: CallContext
    ) async throws -> PaymentsV1.ListInvoicesResponse {
        // A copy of the state costs less than to sort on the loop's thread, where everything else waits.
        try await loop.read { $0 }.listInvoices(request)
    }

    // MARK: Parts

    /// Events of the account of an invoice, answered with the invoice after them.
    private func decide(
        _ invoiceID: String, _ orderID: String, key: IdempotencyKey?,
        _ body: @escaping @Sendable (PaymentsCore) throws -> [PaymentsV1.Event]
    ) async throws -> PaymentsV1.Invoice {
        try await loop.decide(key: key) { core, _ in
            let events = core.withConsequences(try body(core))
            let orderID = try core.account(invoice: invoiceID, order: orderID).orderID
            return Decision<PaymentsCore, PaymentsV1.Invoice>(events.map(\.new)) { core in
                core.accounts[orderID]?.invoiceOrEmpty ?? PaymentsV1.Invoice()
            }
        }
    }

    private static func key(_ key: String, _ request: some Message) throws -> IdempotencyKey? {
        key.isEmpty ? nil : try IdempotencyKey(key, request: request)
    }

    /// The account once `isSettled`, or as it is when patience ends.
    private func wait(
        for orderID: String, until isSettled: @escaping @Sendable (Account) -> Bool
    ) async throws -> Account {
        let changes = watchers.values(of: orderID)
        let read: @Sendable () async throws -> Account = { try await self.account(invoice: "", order: orderID) }
        let present = try await read()
        if isSettled(present) { return present }
        return try await withThrowingTaskGroup(of: Account?.self) { group in
            group.addTask {
                for await account in changes where isSettled(account) { return account }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            if let account = try await group.next() ?? nil { return account }
            return try await read()
        }
    }
}

extension Account {
    /// The invoice, of an account that is known to have one.
    var invoiceOrEmpty: PaymentsV1.Invoice { invoice ?? PaymentsV1.Invoice(orderID: orderID) }
}
