import Kernel
import Messages
import OrderedCollections

/// All that Depot knows, as one value: the mall, lists, tasks and robots, with what finding them quickly needs.
///
/// Decisions are functions of it that return events; only `apply` changes it. A fold of the log gives the same value
/// always, and so does a snapshot with a fold of what came after.
public struct DepotCore: Sendable {
    /// The mall as the log has it; nil before the first is opened.
    var mall: DepotV1.Mall?
    /// The same, with distances; nil when there is none or it is not fit to work in.
    var graph: MallGraph?
    /// Where robots stop for each store.
    var stores: OrderedDictionary<String, DepotV1.StoreLocated> = [:]
    /// In the order in which they were made: all that have not ended, and those that ended last (see `keptLists`).
    var lists: OrderedDictionary<String, ShoppingList> = [:]
    var tasks: OrderedDictionary<String, ShoppingTask> = [:]
    var bots: OrderedDictionary<String, FleetBot> = [:]
    /// How many were ever made.
    var listsMade: UInt64 = 0
    var tasksMade: UInt64 = 0
    /// Those of the lists that have ended, the first to end first.
    var ended = Queue()

    /// Of the last event in the log that is in this.
    var position: UInt64 = 0

    // What follows from the above, kept so that nothing has to be searched for.

    /// The tasks that wait for a robot, and what is worked out for each.
    var queued = Queue()
    var plans = Plans()
    /// The robots that wait for a task, those of them by where they are, and those that asked for one and need a dock
    /// first.
    var waiting = Queue()
    var waitingPlaces = WaitingRobots()
    var low = Queue()
    /// How many robots carry so much: those online, and all that may work.
    var onlineCapacities: [UInt32: Int] = [:]
    var capacities: [UInt32: Int] = [:]
    /// How many robots each dock is kept for.
    var docks = DockUse()
    /// When robots refused tasks, at least as far back as that may still keep them from being offered these; they rise.
    var declineTimes: [Int64] = []
    /// The tasks in custody that nobody holds, with since when; and the robots that may be sent to the depot with theirs.
    var inCustody = Deadlines()
    var returning = Queue()
    /// The robots that are to be retired when they have nothing more.
    var retiring = Queue()
    /// The tasks whose robots were told of a cancel, with when.
    var canceling = Deadlines()

    /// What dispatching goes by. Not part of the state: each program has its own.
    var policy = DispatchPolicy()

    /// A depot that has seen nothing.
    public init() {}
}
