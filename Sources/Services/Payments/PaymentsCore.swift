public import Kernel
public import Messages

/// All accounts as one value, changed by Payments' events alone.
public struct PaymentsCore: ServiceCore {
    public typealias Event = PaymentsV1.Event

    public static let serviceName = "payments"

    private(set) var accounts: [String: Account] = [:]
    /// Every account's order, in the order in which they were opened.
    private var opened: [String] = []
    /// Every invoiced order, in the order in which the invoices were issued.
    private(set) var issued: [String] = []
    private var orderOfInvoice: [String: String] = [:]
    /// Accounts that the provider must be asked something for, and since when.
    private var waiting: [String: UInt64] = [:]

    public init() {}

    /// The account of an invoice, by the invoice's id or the order's, or NOT_FOUND.
    func account(invoice invoiceID: String, order orderID: String) throws(ServiceError) -> Account {
        guard invoiceID.isEmpty != orderID.isEmpty else {
            throw .invalidArgument("give one of invoice_id and order_id")
        }
        if !invoiceID.isEmpty {
            guard let account = orderOfInvoice[invoiceID].flatMap({ accounts[$0] }) else {
                throw .notFound("there is no invoice '\(invoiceID)'")
            }
            return account
        }
        guard let account = accounts[orderID], account.hasInvoice else {
            throw .notFound("there is no invoice for order '\(orderID)': it is issued when the order is approved")
        }
        return account
    }

    /// Events of one order, and what follows from them by itself.
    func withConsequences(_ events: [PaymentsV1.Event]) -> [PaymentsV1.Event] {
        guard let orderID = events.first?.orderID else { return events }
        var account = accounts[orderID] ?? Account(orderID: orderID)
        for event in events { if let kind = event.kind { account.evolve(kind) } }
        var events = events
        // Each consequence removes its own cause, so there are few; the limit is there to find a mistake.
        while let event = account.consequence, let kind = event.kind {
            precondition(events.count < 1_000, "an account's consequences do not end")
            events.append(event)
            account.evolve(kind)
        }
        return events
    }

    /// What the provider must be asked for but for what is asked already, longest waiting first.
    func pendingRequests(limit: Int = .max, besides busy: Set<ProviderRequest> = []) -> [ProviderRequest] {
        var requests: [ProviderRequest] = []
        for (orderID, _) in waiting.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            requests += accounts[orderID]?.requests.filter { !busy.contains($0) } ?? []
            if requests.count >= limit { break }
        }
        return requests
    }

    /// What a provider's answer comes to.
    func settle(_ request: ProviderRequest, _ answer: ProviderAnswer) -> [PaymentsV1.Event] {
        accounts[request.orderID]?.settle(request, answer) ?? []
    }

    public mutating func evolve(_ event: PaymentsV1.Event, _ stamp: EventStamp) {
        guard let kind = event.kind, let orderID = event.orderID else { return }
        if accounts[orderID] == nil { add(Account(orderID: orderID)) }
        let hadInvoice = accounts[orderID]?.hasInvoice ?? false
        accounts[orderID]?.evolve(kind)
        if !hadInvoice { noteInvoice(of: orderID) }
        noteRequests(of: orderID, since: stamp.position)
    }

    private mutating func add(_ account: Account) {
        accounts[account.orderID] = account
        opened.append(account.orderID)
    }

    private mutating func noteInvoice(of orderID: String) {
        guard let account = accounts[orderID], account.hasInvoice else { return }
        orderOfInvoice[account.invoiceID] = orderID
        issued.append(orderID)
    }

    private mutating func noteRequests(of orderID: String, since position: UInt64) {
        let isWaiting = accounts[orderID]?.requests.isEmpty == false
        waiting[orderID] = isWaiting ? waiting[orderID] ?? position : nil
    }

    public func snapshot() -> [UInt8] {
        var invoiced: [String: UInt64] = [:]
        for (place, orderID) in issued.enumerated() { invoiced[orderID] = UInt64(place + 1) }
        return PaymentsV1.Snapshot(
            accounts: opened.compactMap { orderID in
                guard var record = accounts[orderID]?.record else { return nil }
                record.invoiceNumber = invoiced[orderID] ?? 0
                return record
            }
        ).protobuf()
    }

    public init(snapshot: [UInt8]) throws {
        let saved = try PaymentsV1.Snapshot(protobuf: snapshot, limits: .unlimited)
        for (place, record) in saved.accounts.enumerated() {
            add(Account(record))
            noteRequests(of: record.orderID, since: UInt64(place))
        }
        let invoiced = saved.accounts.filter { $0.invoiceNumber > 0 }
        for record in invoiced.sorted(by: { $0.invoiceNumber < $1.invoiceNumber }) {
            noteInvoice(of: record.orderID)
        }
    }
}

extension PaymentsV1.Event {
    /// The order whose account this event changes.
    var orderID: String? {
        switch kind {
        case .authorizationRequested(let event): event.orderID
        case .paymentAuthorized(let event): event.orderID
        case .paymentDeclined(let event): event.orderID
        case .authorizationReleased(let event): event.orderID
        case .invoiceIssued(let event): event.orderID
        case .invoiceAdjusted(let event): event.orderID
        case .chargeRequested(let event): event.orderID
        case .chargeDeclined(let event): event.orderID
        case .invoicePaid(let event): event.orderID
        case .invoiceCanceled(let event): event.orderID
        case .refundRequested(let event): event.orderID
        case .invoiceRefunded(let event): event.orderID
        case .accountClosing(let event): event.orderID
        case .accountClosed(let event): event.orderID
        case nil: nil
        }
    }

    var new: NewEvent<PaymentsV1.Event> {
        NewEvent(PaymentsCore.stream(of: orderID ?? ""), self)
    }
}

extension PaymentsCore {
    static func stream(of orderID: String) -> String { "account/\(orderID)" }
}
