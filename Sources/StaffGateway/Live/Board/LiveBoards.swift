import DequeModule
import Kernel
import Messages
import Web

/// Everything that staff can watch at a glance: what the services' streams tell, folded, and what follows from it.
struct LiveBoards: Sendable {
    /// What the services tell, each over a stream of its own.
    enum Source: String, Hashable, Sendable, CaseIterable {
        case orders, depot, stores
    }

    /// This gateway process's name for itself, in positions.
    let life: String
    var orders: TopicBoard
    var fleet: TopicBoard
    var lists: TopicBoard
    var stores: TopicBoard
    var alerts: TopicBoard
    /// The newest that each robot said of itself.
    var sightings = TopicBoard(keptGone: 0)

    /// As many lists that are ready are shown at least.
    static let keptReadyLists = 1_000

    private var alertBook: AlertBook
    /// In the order in which they were ready.
    private var readyLists: Deque<String> = []
    /// Parts of a stream's beginning, until it is complete.
    private var beginnings: [Source: [LiveEntity]] = [:]
    var shared = SharedParts()

    /// - Parameters:
    ///   - life: letters and digits, others in each process
    ///   - keptGone: how many things that are gone are remembered, of each topic
    init(life: String, rules: AlertRules = AlertRules(), keptGone: Int = 1_000) {
        self.life = life
        orders = TopicBoard(keptGone: keptGone)
        fleet = TopicBoard(keptGone: keptGone)
        lists = TopicBoard(keptGone: keptGone)
        stores = TopicBoard(keptGone: keptGone)
        alerts = TopicBoard(keptGone: keptGone)
        alertBook = AlertBook(rules)
    }

    subscript(topic: BoardTopic) -> TopicBoard {
        switch topic {
        case .orders: orders
        case .fleet: fleet
        case .lists: lists
        case .stores: stores
        case .alerts: alerts
        }
    }

    /// What a subscriber needs to know of a topic, without holding on to all of it.
    func state(of topic: BoardTopic) -> (isComplete: Bool, floor: UInt64, head: UInt64) {
        let board = self[topic]
        return (board.isComplete, board.floor, board.head)
    }

    /// When time alone changes something; nil: never.
    var due: Timestamp? { alertBook.due }

    // MARK: Changing; each returns the topics that changed

    /// A service told this.
    ///
    /// - Parameters:
    ///   - removed: what is gone
    ///   - isBeginning: part of all that there is: what is in none of these parts is not there
    ///   - isComplete: its last part
    mutating func take(
        _ entities: [LiveEntity], removed: [EntityKey] = [], isBeginning: Bool, isComplete: Bool, from source: Source,
        at now: Timestamp
    ) -> Set<BoardTopic> {
        changing { boards in
            guard isBeginning else { return boards.apply(entities, removed, at: now) }
            boards.beginnings[source, default: []] += entities
            guard isComplete else { return }
            boards.begin(boards.beginnings.removeValue(forKey: source) ?? [], from: source, at: now)
        }
    }

    /// These are all that a service has.
    private mutating func begin(_ whole: [LiveEntity], from source: Source, at now: Timestamp) {
        switch source {
        case .orders:
            orders.replace(with: whole)
            alertBook.keep(.order, Set(whole.map(\.key.id)), at: now, on: &alerts)
        case .depot:
            fleet.replace(with: whole.filter { $0.key.kind != .list })
            lists.replace(with: whole.filter { $0.key.kind == .list })
            readyLists = Deque(whole.map(\.key).filter(isReady).map(\.id))
            let bots = Set(whole.map(\.key).filter { $0.kind == .bot }.map(\.id))
            alertBook.keep(.bot, bots, at: now, on: &alerts)
        case .stores: stores.replace(with: whole)
        }
        apply(whole, [], at: now)
    }

    /// A stream broke. What it told of a new beginning counts for nothing; it begins anew.
    mutating func broken(_ source: Source) { beginnings[source] = nil }

    mutating func take(_ batch: [RobotSighting]) {
        for sighting in batch { sightings.put(.sighting(sighting)) }
    }

    /// It is later.
    mutating func tick(at now: Timestamp) -> Set<BoardTopic> {
        changing { $0.alertBook.tick(at: now, on: &$0.alerts) }
    }

    private mutating func apply(_ entities: [LiveEntity], _ removed: [EntityKey], at now: Timestamp) {
        for entity in entities {
            switch entity {
            case .order(let order):
                orders.put(entity)
                alertBook.note(order, at: now, on: &alerts)
            case .bot(let bot):
                fleet.put(entity)
                alertBook.note(bot, at: now, on: &alerts)
            case .task: fleet.put(entity)
            case .list(let list):
                let wasReady = isReady(entity.key)
                lists.put(entity)
                if list.state == .ready, !wasReady { retire(list.listID) }
            case .store, .product: stores.put(entity)
            case .alert, .sighting: break
            }
        }
        for key in removed where key.kind == .order {
            orders.remove(key)
            alertBook.forget(Alert.Subject(type: .order, id: key.id), at: now, on: &alerts)
        }
        for key in removed where key.kind == .product { stores.remove(key) }
    }

    /// Depot forgets lists that were ready long ago without a word, and so does the board.
    private mutating func retire(_ listID: String) {
        readyLists.append(listID)
        guard readyLists.count > Self.keptReadyLists + Self.keptReadyLists / 4 else { return }
        while readyLists.count > Self.keptReadyLists, let oldest = readyLists.popFirst() {
            let key = EntityKey(kind: .list, id: oldest)
            // One that is cancelled after all goes by itself.
            if isReady(key) { lists.remove(key) }
        }
    }

    private func isReady(_ key: EntityKey) -> Bool {
        if case .list(let list)? = lists.entry(key)?.entity { list.state == .ready } else { false }
    }

    private mutating func changing(_ body: (inout LiveBoards) -> Void) -> Set<BoardTopic> {
        let before = BoardTopic.allCases.map { (self[$0].head, self[$0].isComplete) }
        body(&self)
        if orders.isComplete, fleet.isComplete { alerts.complete() }
        return Set(
            zip(BoardTopic.allCases, before).filter { self[$0].head != $1.0 || self[$0].isComplete != $1.1 }.map(\.0))
    }
}
