import Kernel
import Messages
import OrderedCollections

/// What becomes of lists that have ended: the newest are kept for those who ask, older ones are forgotten, so that
/// the state and its snapshots do not grow with the log.
extension DepotCore {
    /// How many ended lists, with their tasks, are kept at least. Part of what the log means, so not a setting: a
    /// replay must forget the same ones.
    static let keptLists = 1_000
    /// Forgetting costs a walk over what is kept, so it is done for this many lists together, or an eighth of all.
    static let forgottenTogether = 250

    /// Moves a list to another state. A list that is ready may still be cancelled: it is at work again then.
    mutating func change(_ listID: String, to state: DepotV1.ListState) {
        guard lists[listID] != nil else { return }
        lists[listID]?.state = state
        ended.remove(listID)
        guard lists[listID]?.hasEnded == true else { return }
        ended.add(listID)
        let many = max(DepotCore.forgottenTogether, lists.count / 8)
        if ended.count >= DepotCore.keptLists + many { forgetOldest(many) }
    }

    private mutating func forgetOldest(_ many: Int) {
        let old = Set(ended.names.prefix(many))
        lists.removeAll { old.contains($0.key) }
        tasks.removeAll { old.contains($0.value.listID) }
        for id in Array(ended.names.prefix(many)) { ended.remove(id) }
    }
}
