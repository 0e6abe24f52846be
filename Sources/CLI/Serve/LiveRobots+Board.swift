import BotGateway
import Kernel
import Messages
import Web

extension LiveRobots {
    /// Where the robots of this process's gateway are.
    init(_ board: TelemetryBoard) {
        self.init(
            snapshot: { board.snapshot().map(RobotSighting.init) },
            updates: { interval in
                let follower = Follower(board.updates(every: interval))
                return AsyncStream { await follower.next()?.map(RobotSighting.init) }
            })
    }

    /// One who follows the board, as slowly as it likes: what comes meanwhile is in its next batch.
    private actor Follower {
        private var iterator: TelemetryBoard.Iterator

        init(_ updates: TelemetryBoard.Updates) {
            iterator = updates.makeAsyncIterator()
        }

        func next() async -> [TelemetryBoard.Entry]? {
            var iterator = iterator
            let batch = await iterator.next()
            self.iterator = iterator
            return batch
        }
    }
}

extension RobotSighting {
    fileprivate init(_ entry: TelemetryBoard.Entry) {
        self.init(botID: entry.botID, telemetry: entry.telemetry, time: entry.time)
    }
}
