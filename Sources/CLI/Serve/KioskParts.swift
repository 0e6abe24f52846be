import BotGateway
import KioskGateway
import Messages
import Payments
import Web

extension LiveRobots {
    /// Where the robots of a gateway are.
    init(_ board: TelemetryBoard) {
        self.init(
            snapshot: { board.snapshot().map(RobotSighting.init) },
            updates: { interval in
                let reader = BoardReader(board.updates(every: interval))
                return AsyncStream { await reader.next()?.map(RobotSighting.init) }
            })
    }

    /// One follower's place on the board. A batch is made when it is asked for, so a slow reader misses nothing.
    private final class BoardReader: @unchecked Sendable {  // Safe because a stream asks for one batch after the other.
        private var iterator: TelemetryBoard.Iterator

        init(_ updates: TelemetryBoard.Updates) {
            iterator = updates.makeAsyncIterator()
        }

        func next() async -> [TelemetryBoard.Entry]? { await iterator.next() }
    }
}

extension RobotSighting {
    init(_ entry: TelemetryBoard.Entry) {
        self.init(botID: entry.botID, telemetry: entry.telemetry, time: entry.time)
    }
}

extension KioskGateway.Settings {
    /// What kiosks are told of a shop whose payments are simulated.
    static let simulated = KioskGateway.Settings(
        testCards: PaymentSimulator.testCards.map { TestCard(cardToken: $0, name: cardWords[$0] ?? $0) })

    private static let cardWords = [
        "card-approve": "Is approved",
        "card-decline": "Is declined",
        "card-decline-capture": "Is held, then declined",
        "card-late": "Answers late",
        "card-timeout": "Does not answer",
        "card-timeout-capture": "Is held, then does not answer",
        "card-twice": "Answers twice",
    ]
}
