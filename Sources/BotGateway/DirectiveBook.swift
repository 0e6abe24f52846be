import Messages

/// The directives that each bot may still need, read from Depot's log: a pure value.
///
/// A directive is kept until the bot has stored it and, when it is about a task, until Depot's log says that the bot
/// no longer has that task. So a bot whose storage was lost (its Hello has a new journal and `last_directive` 0) gets
/// again whatever concerns the task that it holds, and nothing that is over; and the book's size is the number of
/// tasks at hand plus what is on its way, whatever the log's length.
struct DirectiveBook {
    private struct Entry {
        let message: BotsV1.ToBot
        /// The task that keeps it; nil: none, or one that the bot no longer has.
        var taskID: String?
    }

    private struct Shelf {
        var lastIssued: UInt64 = 0
        var stored: UInt64 = 0
        var entries: [Entry] = []

        mutating func tidy() {
            entries.removeAll { $0.message.directive <= stored && $0.taskID == nil }
        }
    }

    private var shelves: [String: Shelf] = [:]

    /// How many directives are kept, for all bots.
    var count: Int { shelves.values.reduce(0) { $0 + $1.entries.count } }

    /// The number of the last directive issued to a bot; 0: none.
    func lastIssued(to bot: String) -> UInt64 { shelves[bot]?.lastIssued ?? 0 }

    /// The last directive that any device of a bot's name has stored; 0: none.
    func lastStored(by bot: String) -> UInt64 { shelves[bot]?.stored ?? 0 }

    /// Directives above `last`, in order.
    func directives(for bot: String, after last: UInt64) -> [BotsV1.ToBot] {
        (shelves[bot]?.entries ?? []).map(\.message).filter { $0.directive > last }
    }

    /// Takes a directive in; false when it is not newer than the last one.
    mutating func issue(_ issued: DepotV1.DirectiveIssued) -> Bool {
        guard let message = issued.message else { return false }
        var shelf = shelves[issued.botID] ?? Shelf()
        guard message.directive > shelf.lastIssued else { return false }
        shelf.lastIssued = message.directive
        shelf.entries.append(Entry(message: message, taskID: message.taskID))
        shelf.tidy()
        shelves[issued.botID] = shelf
        return true
    }

    /// The bot has stored every directive up to this one.
    mutating func stored(_ bot: String, through directive: UInt64) {
        guard directive > shelves[bot]?.stored ?? 0 else { return }
        shelves[bot, default: Shelf()].stored = directive
        shelves[bot]?.tidy()
    }

    /// The bot no longer has the task.
    mutating func taskEnded(_ task: String, bot: String) {
        guard var shelf = shelves[bot] else { return }
        for index in shelf.entries.indices where shelf.entries[index].taskID == task {
            shelf.entries[index].taskID = nil
        }
        shelf.tidy()
        shelves[bot] = shelf
    }
}

// MARK: Snapshot

extension DirectiveBook {
    /// What `init(_:)` makes the same book of.
    var record: [BotsV1.DirectiveShelf] {
        shelves.sorted { $0.key < $1.key }.map { bot, shelf in
            BotsV1.DirectiveShelf(
                botID: bot, lastIssued: shelf.lastIssued, stored: shelf.stored,
                directives: shelf.entries.map { BotsV1.ShelvedDirective(message: $0.message, holds: $0.taskID != nil) })
        }
    }

    init(_ record: [BotsV1.DirectiveShelf]) {
        for shelf in record {
            shelves[shelf.botID] = Shelf(
                lastIssued: shelf.lastIssued, stored: shelf.stored,
                entries: shelf.directives.compactMap { directive in
                    directive.message.map { Entry(message: $0, taskID: directive.holds ? $0.taskID : nil) }
                })
        }
    }
}

extension BotsV1.ToBot {
    /// The task that a directive is about.
    fileprivate var taskID: String? {
        switch body {
        case .assignTask(let assign): assign.taskID
        case .reviseTask(let revise): revise.taskID
        case .cancelTask(let cancel): cancel.taskID
        default: nil
        }
    }
}
