public import Kernel
public import Messages
import OrderedCollections

/// All accounts as one value, changed by Payments' events alone.
public struct PaymentsCore: ServiceCore {
    public typealias Event = PaymentsV1.Event

    public static let serviceName = "payments"
    /// 2: an account has all its charges, and those that are over are forgotten.
    public static let snapshotFormat: UInt32 = 2

    /// In the order in which they were opened: all that are not over, and those that were over last.
    private(set) var accounts: OrderedDictionary<String, Account> = [:]
    /// How many invoices were ever issued.
    private(set) var issued: UInt64 = 0
    /// Of the last event in the log that is in this.
    private(set) var position: UInt64 = 0
    /// The accounts that are over, the first first.
    private(set) var over = Queue()

    // What follows from the above, kept so that nothing has to be searched for.

    private var orderOfInvoice: [String: String] = [:]
    /// Accounts that the provider must be asked something for, longest waiting first.
    private var waiting = Queue()
    /// Accounts with a charge that the provider has not answered, by when it was first asked.
    var asked = Deadlines()

    /// When this program began to work: while there was none, the provider was not asked, and no patience runs out. Not part
    /// of the state.
    var began = Timestamp(unixMs: 0)

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
            throw .notFound("there is no invoice for order '\(orderID)': it is issued when the order is placed")
        }
        return account
    }

    /// Events of one order, and what follows from them by itself.
    func withConsequences(_ events: [PaymentsV1.Event]) -> [PaymentsV1.Event] {
        guard let orderID = events.first?.orderID else { return events }
        var account = accounts[orderID] ?? Account(orderID: orderID)
        for event in events { if let kind = event.kind { account.evolve(kind, at: 0) } }
        var events = events
        // Each consequence removes its own cause, so there are few; the limit is there to find a mistake.
        while let event = account.consequence, let kind = event.kind {
            precondition(events.count < 1_000, "an account's consequences do not end")
            events.append(event)
            account.evolve(kind, at: 0)
        }
        return events
    }

    /// What the provider must be asked for but for what is asked already, longest waiting first.
    func pendingRequests(limit: Int = .max, besides busy: Set<ProviderRequest> = []) -> [ProviderRequest] {
        var requests: [ProviderRequest] = []
        for orderID in waiting.names {
            requests += (accounts[orderID]?.requests ?? []).filter { !busy.contains($0) }
            if requests.count >= limit { break }
        }
        return requests
    }

    /// What a provider's answer comes to.
    func settle(_ request: ProviderRequest, _ answer: ProviderAnswer) -> [PaymentsV1.Event] {
        accounts[request.orderID]?.settle(request, answer) ?? []
    }

    public mutating func evolve(_ event: PaymentsV1.Event, _ stamp: EventStamp) {
        position = stamp.position
        guard let kind = event.kind, let orderID = event.orderID else { return }
        var account = accounts[orderID] ?? Account(orderID: orderID)
        let hadInvoice = account.hasInvoice
        account.evolve(kind, at: stamp.time.unixMs)
        if account.hasInvoice, !hadInvoice {
            issued += 1
            account.invoiceNumber = issued
        }
        keep(account)
        forgetOldest()
    }

    /// The one way to change an account: keeps what follows from it right.
    private mutating func keep(_ account: Account) {
        let orderID = account.orderID
        accounts[orderID] = account
        if account.hasInvoice { orderOfInvoice[account.invoiceID] = orderID }
        waiting.keep(orderID, !account.requests.isEmpty)
        if let first = account.charges.lazy.filter({ $0.state == .asked }).map(\.askedUnixMs).min() {
            asked.set(orderID, at: first)
        } else {
            asked.remove(orderID)
        }
        over.keep(orderID, account.isOver)
    }

    // MARK: Retention

    /// How many accounts that are over are kept at least. Part of what the log means, so not a setting: a replay must forget
    /// the same ones. The log still has the others (``PaymentsService/getInvoice(_:context:)``).
    static let keptAccounts = 2_000
    /// Forgetting costs a walk over what is kept, so it is done for this many together, or an eighth of all.
    static let forgottenTogether = 250

    private mutating func forgetOldest() {
        let many = max(Self.forgottenTogether, accounts.count / 8)
        guard over.count >= Self.keptAccounts + many else { return }
        let old = Set(over.names.prefix(many))
        accounts.removeAll { old.contains($0.key) }
        orderOfInvoice = orderOfInvoice.filter { !old.contains($0.value) }
        for id in old { over.remove(id) }
    }

    // MARK: Snapshot

    public func snapshot() -> [UInt8] {
        PaymentsV1.Snapshot(
            accounts: accounts.values.map(\.record), issued: issued, position: position, overIds: Array(over.names)
        ).protobuf()
    }

    public init(snapshot: [UInt8]) throws {
        let saved = try PaymentsV1.Snapshot(protobuf: snapshot, limits: .unlimited)
        (issued, position, over) = (saved.issued, saved.position, Queue(saved.overIds))
        for record in saved.accounts { keep(Account(record)) }
    }
}

extension PaymentsCore {
    static func stream(of orderID: String) -> String { "account/\(orderID)" }
}
