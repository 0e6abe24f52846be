import Kernel
import Messages
import Web

/// Who is signed in, and what the page needs to know before anything else.
struct SessionDocument: Encodable, Hashable, Sendable {
    struct User: Encodable, Hashable, Sendable {
        var name: String
        var role: String
    }

    /// Null when nobody is.
    var user: User?
    /// There is no user yet: the first is made with POST /api/v1/setup.
    var needsSetup: Bool
    var mallName: String
    var currencyCode: String
    var serverTime: String?

    enum CodingKeys: CodingKey {
        case user, needsSetup, mallName, currencyCode, serverTime
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // Null, and not absent: whether somebody is signed in is what is asked here.
        try container.encode(user, forKey: .user)
        try container.encode(needsSetup, forKey: .needsSetup)
        try container.encode(mallName, forKey: .mallName)
        try container.encode(currencyCode, forKey: .currencyCode)
        try container.encode(serverTime, forKey: .serverTime)
    }
}

struct UserDocument: Encodable, Hashable, Sendable {
    var name: String
    var role: String
    var disabled: Bool
    var createdAt: String?
    var lastSignedInAt: String?

    init(_ user: StaffV1.User) {
        name = user.name
        role = StaffRole(user.role)?.word ?? "unknown"
        disabled = user.disabled
        createdAt = timeText(user.createdUnixMs)
        lastSignedInAt = timeText(user.lastSignedInUnixMs)
    }
}

struct UserListDocument: Encodable, Hashable, Sendable {
    var users: [UserDocument]
}

struct AuditEntryDocument: Encodable, Hashable, Sendable {
    var position: UInt64
    var at: String?
    var user: String
    var action: String
    var target: String
    var outcome: String
    var detail: String?

    init(_ entry: AuditEntry) {
        position = entry.position
        at = timeText(entry.time.unixMs)
        user = entry.user
        action = entry.action
        target = entry.target
        outcome = entry.outcome
        detail = entry.detail.nonEmpty
    }
}

struct AuditPageDocument: Encodable, Hashable, Sendable {
    var entries: [AuditEntryDocument]
    var nextPageToken: String?
}

struct OrderPageDocument: Encodable, Hashable, Sendable {
    var orders: [OrderDocument]
    var nextPageToken: String?
    var total: UInt32

    /// - Parameter role: of whoever is to see them
    init(_ page: OrdersV1.ListOrdersResponse, for role: StaffRole) {
        orders = page.orders.map { OrderDocument($0, for: role) }
        nextPageToken = page.nextPageToken.nonEmpty
        total = page.total
    }
}

extension OrderDocument {
    /// An order as staff of a role see it: with a pickup code one gets the items, so viewers see none.
    init(_ order: OrdersV1.Order, for role: StaffRole) {
        self.init(order)
        if role < .clerk { pickupCode = nil }
    }
}

struct BotListDocument: Encodable, Hashable, Sendable {
    var bots: [BotDocument]
}

struct ListListDocument: Encodable, Hashable, Sendable {
    var lists: [ListDocument]
}

struct TaskListDocument: Encodable, Hashable, Sendable {
    var tasks: [TaskDocument]
}

struct StaffStoreListDocument: Encodable, Hashable, Sendable {
    var stores: [StaffStoreDocument]
}
