import Dispatch
import Kernel
import Messages
import Synchronization

/// Hashes passwords on a thread of its own, one after the other: so that sign-ins take one core and 32 MiB at most,
/// however many there are.
final class PasswordDesk: Sendable {
    /// How many may wait: with more, the last would wait for seconds.
    static let capacity = 24

    private let queue = DispatchQueue(label: "mallbots.staff.passwords")
    private let waiting = Mutex(0)
    private let costs: StaffV1.PasswordHash
    /// What an unknown name's password is checked against, so that it takes as long as a known one's.
    private let decoy: StaffV1.PasswordHash

    /// - Parameter costs: of new hashes; tests take less
    init(costs: StaffV1.PasswordHash = Scrypt.costs) {
        self.costs = costs
        decoy = {
            var decoy = costs
            decoy.salt = Self.salt()
            // No password is known to come to this, and none is looked for.
            decoy.digest = Self.salt() + Self.salt()
            return decoy
        }()
    }

    /// - Throws: `RESOURCE_EXHAUSTED` when too many wait.
    func hash(_ password: String) async throws -> StaffV1.PasswordHash {
        let (costs, salt) = (costs, Self.salt())
        return try await work { () throws(ServiceError) in try Scrypt.hash(password, salt: salt, costs: costs) }
    }

    /// - Parameter stored: nil for an unknown name, which takes as long and never matches
    /// - Throws: `RESOURCE_EXHAUSTED` when too many wait.
    func matches(_ password: String, _ stored: StaffV1.PasswordHash?) async throws -> Bool {
        let hash = stored ?? decoy
        let same = try await work { () throws(ServiceError) in try Scrypt.matches(password, hash) }
        return same && stored != nil
    }

    private func work<R: Sendable>(
        _ body: @escaping @Sendable () throws(ServiceError) -> R
    ) async throws -> R {
        let taken = waiting.withLock { waiting in
            guard waiting < Self.capacity else { return false }
            waiting += 1
            return true
        }
        guard taken else { throw ServiceError.resourceExhausted("too many sign in at once: try again in a moment") }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                let result = Result<R, any Error> { try body() }
                waiting.withLock { $0 -= 1 }
                continuation.resume(with: result)
            }
        }
    }

    private static func salt() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}
