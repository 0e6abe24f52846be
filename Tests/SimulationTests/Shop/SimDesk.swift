import Kernel
import Messages
import OrderedCollections

@testable import Kernel
@testable import Payments

/// Stands between Payments and the provider, as `ProviderDesk` does: asks for what the accounts call for, as the book says, and
/// records what is answered, also when that comes late or twice.
///
/// Safe because a simulation is one thread.
final class SimDesk: @unchecked Sendable {
    private weak var payments: PaymentsService?
    private let world: World
    private var book = ProviderBook()
    private var isNoticed = false

    init(_ payments: PaymentsService, world: World) {
        self.payments = payments
        self.world = world
        payments.loop.onCommit { [weak self] _, _ in self?.notice() }
        notice()
    }

    private func notice() {
        if isNoticed { return }
        isNoticed = true
        world.loop.next { [weak self] in self?.look() }
    }

    private func look() {
        isNoticed = false
        guard let payments else { return }
        let pending = payments.loop.core.pendingRequests(limit: ProviderBook.parallel, besides: book.busy)
        for request in book.begin(pending) {
            world.provider.ask(request) { [weak self] answer in
                self?.record(request, answer)
            } failed: { [weak self] in
                self?.rest(request)
            }
        }
    }

    private func record(_ request: ProviderRequest, _ answer: ProviderAnswer) {
        payments?.loop.submit { core, _ in
            Decision(core.withConsequences(core.settle(request, answer)).map(\.new))
        } completion: { [weak self] (result: Result<Void, any Error>) in
            guard let self else { return }
            if case .failure = result { return rest(request) }
            book.settled(request)
            notice()
        }
    }

    private func rest(_ request: ProviderRequest) {
        let pause = book.failed(request)
        notice()
        world.loop.after(ms: max(1, pause.wholeMilliseconds)) { [weak self] in
            self?.book.rested(request)
            self?.notice()
        }
    }
}
