import Kernel
import Logging
import Messages
import Synchronization

/// Asks the payment provider for what the accounts call for, and records its answers.
///
/// What to ask is worked out from the state after each commit, and once when it starts: so nothing sticks, whatever
/// broke off before. ``ProviderBook`` decides what is asked when.
final class ProviderDesk: Sendable {
    typealias Record = @Sendable (ProviderRequest, ProviderAnswer) async throws -> Void

    /// The longest that a request waits for its answer: then it is asked again.
    static let deadline = Duration.seconds(10)

    private let provider: any PaymentProvider
    private let record: Record
    private let logger: Logger
    private let deadline: Duration
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let book = Mutex(ProviderBook())

    init(
        provider: any PaymentProvider, deadline: Duration = ProviderDesk.deadline, logger: Logger,
        record: @escaping Record
    ) {
        self.provider = provider
        self.deadline = deadline
        self.logger = logger
        self.record = record
        (wake, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Something may have to be asked.
    func notice() {
        waker.yield()
    }

    /// Ends ``run(_:)``; requests at the provider are abandoned, and asked again after the next start.
    func close() {
        waker.finish()
    }

    /// - parameter pending: what the provider must be asked now but for what is asked already, longest waiting first.
    func run(
        _ pending: @escaping @Sendable (_ limit: Int, _ busy: Set<ProviderRequest>) async throws -> [ProviderRequest]
    ) async {
        logger.info("payments.provider", metadata: ["name": "\(provider.name)"])
        await withDiscardingTaskGroup { group in
            group.addTask { await self.takeLateAnswers() }
            notice()
            for await _ in wake {
                let busy = book.withLock { $0.busy }
                guard let requests = try? await pending(ProviderBook.parallel, busy) else { continue }
                for request in book.withLock({ $0.begin(requests) }) {
                    group.addTask { await self.see(request) }
                }
            }
            group.cancelAll()
        }
    }

    /// Asks once and records the answer; without one, rests until it is to be asked again.
    private func see(_ request: ProviderRequest) async {
        // There may be others that found no room, or that follow from the answer.
        defer { notice() }
        do {
            let answer = try await answer(to: request)
            try await record(request, answer)
            book.withLock { $0.settled(request) }
        } catch {
            if Task.isCancelled { return }
            let pause = book.withLock { $0.failed(request) }
            logger.warning(
                "payments.provider.retry",
                metadata: ["key": "\(request.key)", "error": "\(error)", "pause": "\(pause)"])
            // Others have its place meanwhile.
            notice()
            try? await Task.sleep(for: pause)
            book.withLock { $0.rested(request) }
        }
    }

    private func answer(to request: ProviderRequest) async throws -> ProviderAnswer {
        try await withThrowingTaskGroup(of: ProviderAnswer?.self) { [provider, deadline] group in
            group.addTask { try await provider.perform(request) }
            group.addTask {
                try await Task.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() ?? nil else {
                throw ServiceError(.deadlineExceeded, "no answer in \(deadline)")
            }
            return answer
        }
    }

    /// What the provider says by itself. Whether such a request is still open is for the state to say.
    private func takeLateAnswers() async {
        for await (request, answer) in provider.lateAnswers {
            do {
                try await record(request, answer)
                book.withLock { $0.settled(request) }
            } catch {
                // It is asked again in any case.
                logger.warning(
                    "payments.provider.late", metadata: ["key": "\(request.key)", "error": "\(error)"])
            }
        }
    }
}
