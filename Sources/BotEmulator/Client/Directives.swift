import Logging
public import Messages

/// What the gateway tells a robot to do, in order: first what it was told before a restart and has not finished, then
/// what comes. Ends when the task that waits for it is cancelled.
///
/// Each is in the journal before it is handed over. It is handed over again after a restart until `finish` was called.
public struct Directives: AsyncSequence, Sendable {
    public typealias Element = BotsV1.ToBot

    let robot: RobotClient

    public func makeAsyncIterator() -> Iterator {
        Iterator(
            robot: robot, old: robot.recovered.openDirectives[...], incoming: robot.incoming.makeAsyncIterator())
    }

    public struct Iterator: AsyncIteratorProtocol {
        let robot: RobotClient
        var old: ArraySlice<BotsV1.ToBot>
        var incoming: AsyncStream<RobotClient.Incoming>.Iterator

        /// The next one; waits for it.
        ///
        /// - Throws: `JournalError` when the journal cannot be written: the robot must stop.
        public mutating func next() async throws -> BotsV1.ToBot? {
            if let first = old.popFirst() { return first }
            while let incoming = await incoming.next() {
                switch incoming {
                case .directive(let directive): return directive
                case .sessionBegan: robot.askAgain()
                case .rejected(let rejected, _):
                    robot.logger.warning(
                        "robot.report.rejected",
                        metadata: [
                            "report": "\(rejected.report)", "code": "\(rejected.code)", "why": "\(rejected.why)",
                        ])
                case .sessionEnded(let status):
                    if let status { robot.logger.info("robot.session.ended", metadata: ["status": "\(status)"]) }
                case .notConnected(let reason):
                    robot.logger.info("robot.not-connected", metadata: ["reason": "\(reason)"])
                case .journalFailed(let error): throw error
                }
            }
            return nil
        }
    }
}

extension RobotClient {
    /// What the gateway tells this robot to do. For one consumer, which then does not read `incoming`, where the same
    /// directives come out.
    public var directives: Directives { Directives(robot: self) }

    /// The depot may have taken a robot that was away off its list: one that still waits for a task asks again, once the
    /// directives that it missed had time to come.
    fileprivate func askAgain() {
        guard unansweredRequest != nil else { return }
        Task { [weak self] in
            try? await Task.sleep(for: .seconds(1))
            guard let self, let request = self.unansweredRequest, self.counters.isConnected else { return }
            self.submit([.taskRequest(request)])
        }
    }
}
