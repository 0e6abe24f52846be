import Kernel
import Messages
import Web

/// What somebody wants done, for the audit log.
struct GivenCommand: Sendable, Hashable {
    /// Who: a user's name, or "service/NAME".
    var user: String
    /// For people: "cancel order".
    var action: String
    /// What it is about: "order/o-7k3v9".
    var target: String
    /// What else was asked for; never a password.
    var detail = ""

    func event(refusal: String = "") -> NewEvent<StaffV1.Event> {
        let given = StaffV1.CommandGiven(
            user: user, action: action, target: String(target.prefix(200)), detail: String(detail.prefix(1_000)),
            refusal: String(refusal.prefix(1_000)))
        return StaffV1.Event(kind: .commandGiven(given)).new
    }
}

extension StaffService {
    /// Does what was commanded, with an entry in the audit log before it and one after: so nothing is done that is not
    /// there, whatever breaks off meanwhile.
    ///
    /// - Parameter body: also says what it made, "store/s-12", when the command could not know
    /// - Throws: what `body` throws; what the log throws when it takes no entry: then nothing is done.
    func audited<R: Sendable>(
        _ command: GivenCommand, _ body: () async throws -> (R, made: String?)
    ) async throws -> R {
        let place = try await loop.decide { _, _ in
            Decision<StaffCore, UInt64>([command.event()]) { $0.position }
        }
        do {
            let (result, made) = try await body()
            await answer(StaffV1.CommandAnswered(position: place, target: made ?? ""))
            return result
        } catch {
            // When nobody knows whether it was done, the log does not say either.
            if let refusal = Self.refusal(error) {
                await answer(StaffV1.CommandAnswered(position: place, refusal: refusal))
            }
            throw error
        }
    }

    /// Notes a command that was refused before anything was tried.
    func noteRefused(_ command: GivenCommand, _ refusal: String) async throws {
        try await loop.decide { _, _ in Decision<StaffCore, Void>([command.event(refusal: refusal)]) }
    }

    // The command has had its effect: that its answer cannot be written takes nothing back.
    private func answer(_ answered: StaffV1.CommandAnswered) async {
        var answered = answered
        answered.refusal = String(answered.refusal.prefix(1_000))
        let event = StaffV1.Event(kind: .commandAnswered(answered)).new
        try? await loop.decide { _, _ in Decision<StaffCore, Void>([event]) }
    }

    /// Why something was not done; nil when it may have been.
    private static func refusal(_ error: any Error) -> String? {
        switch error {
        case let problem as Problem: return problem.detail
        case let status as any StatusConvertible:
            switch status.statusCode {
            case .deadlineExceeded, .cancelled, .unavailable, .unknown, .internal, .dataLoss: return nil
            default: return status.statusMessage
            }
        default: return nil
        }
    }
}
