import HTTPTypes
import Kernel
import Synchronization
import Web

/// Finds the order of a pickup code, and lets nobody guess. Safe to use from anywhere.
final class OrderFinder: Sendable {
    private let orders: OrdersFollower
    private let throttle = Mutex(GuessThrottle())
    private let start = ContinuousClock.now

    init(orders: OrdersFollower) {
        self.orders = orders
    }

    /// - Parameters:
    ///   - code: as a customer types it: spaces, dashes and the case do not matter
    ///   - client: who asks: its address
    /// - Throws: a `Problem`: 404 for a code that no order has, 429 after too many of those, 422 for no code at all;
    ///   UNAVAILABLE while not all orders are known.
    func orderID(pickupCode code: String?, client: String) throws -> String {
        guard let code, (1...32).contains(code.unicodeScalars.count) else {
            throw Problem.invalid([.init(field: "pickup_code", message: "must have 1 to 32 characters")])
        }
        let now = ContinuousClock.now - start
        if let wait = throttle.withLock({ $0.take(client, now: now) }) { throw Self.tooManyGuesses(wait) }
        let id: String?
        do {
            id = try orders.order(pickupCode: normalizedPickupCode(code))
        } catch {
            throttle.withLock { $0.giveBack(client, now: now) }
            throw error
        }
        guard let id else {
            throw Problem(
                kind: "no-such-code", status: .notFound, title: "There is no order with this code",
                detail: "No order that is under way or ended lately has this pickup code; look at the receipt again.")
        }
        throttle.withLock { $0.giveBack(client, now: now) }
        return id
    }

    private static func tooManyGuesses(_ wait: Duration) -> Problem {
        let seconds = Int64((wait / .seconds(1)).rounded(.up))
        return Problem(
            kind: "too-many-guesses", status: .tooManyRequests, title: "Too many wrong codes",
            detail: "Try again in \(seconds) seconds.", headers: [.retryAfter: "\(max(1, seconds))"])
    }
}
