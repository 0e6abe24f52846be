import Logging

extension RobotClient {
    /// How long a robot that has nobody to say goodbye to tries to.
    private static let goodbyeGrace = Duration.seconds(5)

    /// Stays in session with the gateway while `work` runs, and says goodbye when it returns, once every report has
    /// reached the gateway.
    ///
    /// Breaks are mended; `work` does not notice them. Cancel the task to end both at once, as a power cut would: nothing
    /// is lost by it.
    ///
    /// - Throws: what `work` throws; or what makes it wrong to go on, such as `BotClientCore.ContractBreach`: `work` is
    ///   then cancelled first.
    public func run<R: Sendable>(
        at gateway: Gateway, _ work: @Sendable @escaping () async throws -> R
    ) async throws -> R {
        try await gateway.withConnection(logger: logger) { bots in
            try await withThrowingTaskGroup(of: R?.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    try await self.run(over: bots)
                    return nil
                }
                group.addTask { try await work() }
                var result: R?
                var isOver = false
                while let ended = try await group.next() {
                    guard let ended else {
                        // Goodbye is said, or nobody was there to hear it; or the call ended while there is still work.
                        if let result { return result }
                        try Task.checkCancellation()
                        isOver = true
                        continue
                    }
                    if isOver { return ended }
                    result = ended
                    self.leave(reason: "done")
                    group.addTask {
                        try await Task.sleep(for: Self.goodbyeGrace)
                        return nil
                    }
                }
                guard let result else { throw CancellationError() }
                return result
            }
        }
    }
}
