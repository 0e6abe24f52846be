import Kernel
import Messages

@testable import Kernel

/// Calls by kiosks and by staff. They take a while on their way, and they or their answers may be lost; whoever gets none asks
/// again, with the same key, so that what is asked for happens once.
extension Simulation {
    /// - Parameters:
    ///   - service: whom to ask.
    ///   - key: nil: what happens if it is done twice is the caller's to know.
    ///   - body: the decision, for the first, the second, ... time of asking.
    ///   - answered: called once, with the answer or a refusal that asking again would not change.
    func ask<Service: TurnedService, Reply: Sendable>(
        _ service: KeyPath<SimServer, SimService<Service>>, _ key: IdempotencyKey?,
        _ body: @escaping (_ time: Int) -> @Sendable (Service.Core, Timestamp) throws -> Decision<Service.Core, Reply>,
        answered: @escaping (Result<Reply, ServiceError>) -> Void
    ) where Reply: Message {
        let errand = Errand<Reply>(answered)
        func attempt(_ time: Int) {
            if errand.isOver { return }
            world.loop.after(ms: latency()) { [self] in
                guard !isLost(), let loop = server?[keyPath: service].service?.loop else { return }
                let arrives: @Sendable (Result<Reply, any Error>) -> Void = { [self] result in
                    if isLost() { return }
                    world.loop.after(ms: latency()) { errand.arrived(result) }
                }
                if let key {
                    loop.submit(key: key, body(time), completion: arrives)
                } else {
                    loop.submit(body(time), completion: arrives)
                }
            }
            world.loop.after(ms: Int64(world.random.between(3_000, 20_000))) { attempt(time + 1) }
        }
        attempt(1)
    }

    /// As ``ask(_:_:_:answered:)``, of one request that carries its key.
    func ask<Service: TurnedService, Request: Message, Reply: Message>(
        _ service: KeyPath<SimServer, SimService<Service>>, _ request: Request, key: String = "",
        _ body: @escaping @Sendable (Service.Core, Timestamp) throws -> Decision<Service.Core, Reply>,
        answered: @escaping (Result<Reply, ServiceError>) -> Void = { (_: Result<Reply, ServiceError>) in }
    ) {
        ask(service, try? IdempotencyKey(key, request: request), { _ in body }, answered: answered)
    }

    private func latency() -> Int64 { Int64(world.random.between(1, 60)) }

    private func isLost() -> Bool {
        guard isTroubled, world.random.chance(plan.troubles.lostCalls) else { return false }
        world.tally.lostCalls += 1
        return true
    }
}

/// What one call came to.
///
/// Safe because a simulation is one thread.
private final class Errand<Reply: Sendable>: @unchecked Sendable {
    private(set) var isOver = false
    private let answered: (Result<Reply, ServiceError>) -> Void

    init(_ answered: @escaping (Result<Reply, ServiceError>) -> Void) { self.answered = answered }

    func arrived(_ result: Result<Reply, any Error>) {
        if isOver { return }
        switch result {
        case .success(let reply):
            isOver = true
            answered(.success(reply))
        case .failure(let error as ServiceError) where error.code != .unavailable && error.code != .resourceExhausted:
            isOver = true
            answered(.failure(error))
        // It may go better the next time.
        case .failure: break
        }
    }
}
