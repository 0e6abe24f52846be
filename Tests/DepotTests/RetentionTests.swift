import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// What is kept of lists that have ended.
@Suite struct RetentionTests {
    /// Takes `count` orders of one task each to their end.
    static func fetch(_ orders: Range<Int>, with depot: inout TestDepot, cancel: (Int) -> Bool = { _ in false }) {
        for order in orders {
            depot.order("o-\(order)", [(0, 1)])
            if cancel(order) {
                depot.take(.orderCancelRequested(.init(orderID: "o-\(order)")))
                continue
            }
            depot.ask("b")
            depot.dispatch()
            depot.report("b", .taskAccepted(.init(taskID: "o-\(order)/1", epoch: 1)))
            depot.report("b", .stopReached(.init(taskID: "o-\(order)/1", epoch: 1, storeID: "s-0")))
            depot.report("b", .taskDelivered(.init(taskID: "o-\(order)/1", epoch: 1)))
        }
    }

    @Test func theNewestEndedListsAreKeptAndAllThatHaveNotEnded() throws {
        var depot = TestDepot()
        depot.connect("b")
        depot.place("waiting", [(0, 1)])
        Self.fetch(0..<2_000, with: &depot) { $0 % 3 == 0 }
        let ended = depot.core.lists.values.filter(\.hasEnded)
        #expect(ended.count >= DepotCore.keptLists)
        #expect(ended.count < DepotCore.keptLists + DepotCore.forgottenTogether)
        // The newest ones, without a gap, and nothing of the others.
        #expect(ended.map(\.id) == ((2_000 - ended.count)..<2_000).map { "o-\($0)" })
        #expect(depot.core.tasks.values.allSatisfy { depot.core.lists[$0.listID] != nil })
        #expect(depot.core.tasks.count == ended.count)
        #expect(depot.core.lists["waiting"]?.state == .created)
    }

    @Test func theStateOfManyListsIsNoLargerThanThatOfSome() {
        var depot = TestDepot()
        depot.connect("b")
        Self.fetch(0..<1_250, with: &depot)
        let some = depot.core.snapshot().count
        Self.fetch(1_250..<5_000, with: &depot)
        // The same number of lists; only the numbers in them are longer.
        #expect(depot.core.snapshot().count < some * 11 / 10)
        #expect(depot.replayed.record == depot.core.record)
    }

    @Test func aListThatIsReadyAndThenCancelledCountsFromItsCancel() {
        var depot = TestDepot()
        depot.connect("b")
        Self.fetch(0..<1_249, with: &depot)
        depot.take(.orderCancelRequested(.init(orderID: "o-0")))
        #expect(depot.core.lists["o-0"]?.state == .canceled && depot.core.ended.count == 1_249)
        Self.fetch(1_249..<1_250, with: &depot)
        #expect(depot.core.lists["o-0"] != nil && depot.core.lists["o-1"] == nil)
    }

    @Test func whatWasForgottenIsAnsweredAsUnknown() {
        var depot = TestDepot()
        depot.connect("b")
        Self.fetch(0..<1_250, with: &depot)
        #expect(depot.core.lists["o-0"] == nil)
        // A robot's late word, and the cancel of an order that was ready long ago.
        #expect(depot.report("b", .taskDelivered(.init(taskID: "o-0/1", epoch: 1))).rejection == .unknownTask)
        #expect(depot.take(.orderCancelRequested(.init(orderID: "o-0"))).names == ["ListCanceled"])
    }

    @Test func pagesGoOnWhereTheyEndedWhateverIsForgotten() throws {
        var depot = TestDepot()
        depot.connect("b")
        Self.fetch(0..<1_200, with: &depot)
        func page(_ token: String) throws -> Page<ShoppingList> {
            try Page(of: depot.core.lists.values.elements, number: \.number, size: 100, token: token) { _ in true }
        }
        let first = try page("")
        #expect(first.items.map(\.id) == (0..<100).map { "o-\($0)" } && first.nextToken == "101")
        Self.fetch(1_200..<1_300, with: &depot)
        #expect(try page(first.nextToken).items.first?.id == "o-250")
        depot.core = DepotCore(depot.core.record)
        #expect(try page("1250").items.map(\.id) == (1_249..<1_300).map { "o-\($0)" })
        #expect(try page("1250").nextToken == "")
        #expect(throws: ServiceError.self) { try page("-1") }
    }
}
