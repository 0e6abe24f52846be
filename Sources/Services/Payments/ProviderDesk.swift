import Kernel
import Logging
import Messages
import Synchronization

/// Asks the payment provider for what the accounts call for, and records its answers.
///
/// What to ask is worked out from the state after each commit, and once when it starts: so nothing sticks, whatever
/// broke off before. A request that fails is asked again with the same key, later and later.
final class ProviderDesk: Sendable {
    typealias Record = @Sendable (ProviderRequest, ProviderAnswer) async throws -> Void

    /// Requests at the provider at once.
    static let parallel = 64
    static let firstPause = Duration.milliseconds(100)
    static let longestPause = Duration.seconds(30)

    private let provider: any PaymentProvider
    private let record: Record
    private let logger: Logger
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let underway = Mutex<Set<ProviderRequest>>([])

    init(provider: any PaymentProvider, logger: Logger, record: @escaping Record) {
        self.provider = provider
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

    /// - parameter pending: what the provider must be asked now, longest waiting first.
    func run(_ pending: @escaping @Sendable (_ limit: Int) async throws -> [ProviderRequest]) async {
        logger.info("payments.provider", metadata: ["name": "\(provider.name)"])
        await withDiscardingTaskGroup { group in
            notice()
            for await _ in wake {
                // Those underway are still pending, and come first.
                guard let requests = try? await pending(Self.parallel * 2) else { continue }
                for request in requests where begin(request) {
                    group.addTask { await self.see(request) }
                }
            }
            group.cancelAll()
        }
    }

    private func begin(_ request: ProviderRequest) -> Bool {
        underway.withLock { underway in
            underway.count < Self.parallel && underway.insert(request).inserted
        }
    }

    /// Asks until there is an answer, and records it.
    private func see(_ request: ProviderRequest) async {
        defer {
            _ = underway.withLock { $0.remove(request) }
            // There may be others that found no room, or that follow from the answer.
            notice()
        }
        var pause = Self.firstPause
        while !Task.isCancelled {
            do {
                let answer = try await provider.perform(request)
                try await record(request, answer)
                return
            } catch {
                logger.warning(
                    "payments.provider.retry",
                    metadata: ["key": "\(request.key)", "error": "\(error)", "pause": "\(pause)"])
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }
}
