import Messages
import Web

/// The order board as the API gives it.
struct BoardDocument: Encodable, Hashable, Sendable {
    struct Ticket: Encodable, Hashable, Sendable {
        var ticket: UInt32
        var since: String?

        init(_ ticket: Board.Ticket) {
            self.ticket = ticket.ticket
            since = timeText(ticket.since)
        }
    }

    var preparing: [Ticket]
    var ready: [Ticket]

    init(_ board: Board) {
        preparing = board.preparing.map(Ticket.init)
        ready = board.ready.map(Ticket.init)
    }
}
