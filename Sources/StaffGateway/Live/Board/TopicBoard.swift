import DequeModule
import NIOCore

/// The things of one topic as they are, and when each of them last changed.
///
/// Changes are numbered from 1. So a subscriber needs no queue: how far it has seen is one number, and what it lacks is
/// whatever changed after that, each thing once and at its newest. Of things that are gone the newest thousand are
/// remembered; who has not seen what came before them has to begin anew.
struct TopicBoard: Sendable {
    struct Entry: Sendable {
        /// Nil: gone, and nothing is told of it but its id.
        var entity: LiveEntity?
        /// Not there any more: told to those who may know it, and no part of a snapshot.
        var isGone: Bool
        var change: UInt64
        /// By audience: made when first wanted, then shared by all subscribers.
        var texts: [ByteBuffer?] = [nil, nil]
    }

    private struct Step: Sendable {
        var change: UInt64
        var key: EntityKey
    }

    /// How many things that are gone are remembered.
    let keptGone: Int
    /// The number of the last change; 0: there was none.
    private(set) var head: UInt64 = 0
    /// What changed after this is known; what was gone before may be forgotten.
    private(set) var floor: UInt64 = 0
    /// Whether all is there that belongs there.
    private(set) var isComplete = false

    private var entries: [EntityKey: Entry] = [:]
    /// Every change, oldest first. One that is not its thing's last is stale and skipped.
    private var trail: Deque<Step> = []
    private var gone: Deque<Step> = []
    private var goneCount = 0

    init(keptGone: Int = 1_000) {
        self.keptGone = keptGone
    }

    /// What is there, by its last change.
    var present: [LiveEntity] {
        var found: [LiveEntity] = []
        forEach(after: 0) { _, entry in
            if !entry.isGone, let entity = entry.entity { found.append(entity) }
            return true
        }
        return found
    }

    /// A thing that is there, or whose last word is remembered.
    func entry(_ key: EntityKey) -> Entry? { entries[key] }

    func isPresent(_ key: EntityKey) -> Bool { entries[key].map { !$0.isGone } ?? false }

    /// How many changes are remembered, stale ones too.
    var steps: Int { trail.count + gone.count }

    // MARK: Changing

    /// The thing is now like this.
    mutating func put(_ entity: LiveEntity) {
        let key = entity.key
        let isGone = entity.isLastWord
        if let old = entries[key], old.entity == entity, old.isGone == isGone { return }
        record(key, Entry(entity: entity, isGone: isGone, change: head + 1))
    }

    /// The thing is gone.
    mutating func remove(_ key: EntityKey) {
        guard isPresent(key) else { return }
        record(key, Entry(entity: nil, isGone: true, change: head + 1))
    }

    /// These are all that there are: what is not among them is gone, and only what differs is a change.
    mutating func replace(with entities: [LiveEntity]) {
        let present = Set(entities.map(\.key))
        for entity in entities { put(entity) }
        for step in Array(trail) where !present.contains(step.key) { remove(step.key) }
        isComplete = true
    }

    /// All is there that belongs there, without having been told so.
    mutating func complete() { isComplete = true }

    private mutating func record(_ key: EntityKey, _ entry: Entry) {
        head += 1
        let wasGone = entries[key]?.isGone ?? false
        entries[key] = entry
        let step = Step(change: head, key: key)
        trail.append(step)
        if wasGone { goneCount -= 1 }
        if entry.isGone {
            goneCount += 1
            gone.append(step)
            forget()
        }
        compact()
    }

    /// Forgets the things that have been gone for longest.
    private mutating func forget() {
        while let oldest = gone.first {
            let isStale = entries[oldest.key]?.change != oldest.change
            guard isStale || goneCount > keptGone else { return }
            gone.removeFirst()
            if isStale { continue }
            entries[oldest.key] = nil
            goneCount -= 1
            floor = oldest.change
        }
    }

    /// Drops what is stale once it is the most.
    private mutating func compact() {
        if trail.count > 64 + 2 * entries.count { trail.removeAll { entries[$0.key]?.change != $0.change } }
        if gone.count > 64 + 2 * goneCount { gone.removeAll { entries[$0.key]?.change != $0.change } }
    }

    // MARK: Reading

    /// The things that changed after `change`, each once, oldest change first, until `body` returns false.
    func forEach(after change: UInt64, _ body: (EntityKey, Entry) throws -> Bool) rethrows {
        var index = firstStep(after: change)
        while index < trail.count {
            let step = trail[index]
            index += 1
            guard let entry = entries[step.key], entry.change == step.change else { continue }
            if try !body(step.key, entry) { return }
        }
    }

    /// The thing's JSON, made at most once for each change of it.
    mutating func text(of key: EntityKey, for audience: Audience) throws -> ByteBuffer? {
        guard let entry = entries[key], let entity = entry.entity else { return nil }
        let slot = entity.differsByAudience ? audience.rawValue : 0
        if let text = entry.texts[slot] { return text }
        let text = try entity.json(for: audience)
        entries[key]?.texts[slot] = text
        return text
    }

    private func firstStep(after change: UInt64) -> Int {
        var (low, high) = (0, trail.count)
        while low < high {
            let middle = (low + high) / 2
            if trail[middle].change > change { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
