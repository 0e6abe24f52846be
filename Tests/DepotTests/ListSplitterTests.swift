import Kernel
import Messages
import Testing

@testable import Depot

@Suite struct ListSplitterTests {
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func everyUnitIsInOneTaskAndEachTaskFits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let capacity = UInt32.random(in: 1...12, using: &random)
        let stops = (0..<Int.random(in: 1...5, using: &random)).map { stop in
            TypesV1.Stop(
                storeID: "s-\(stop)",
                items: (0..<Int.random(in: 1...3, using: &random)).map { item in
                    TypesV1.Item(
                        productID: "p-\(stop)-\(item)", quantity: UInt32.random(in: 1...15, using: &random),
                        sizeUnits: UInt32.random(in: 0...14, using: &random))
                })
        }
        let tasks = ListSplitter.split(stops, capacity: capacity)
        var units: [String: UInt32] = [:]
        for task in tasks {
            #expect(Set(task.map(\.storeID)).count == task.count)
            let items = task.flatMap(\.items)
            #expect(items.allSatisfy { $0.quantity > 0 })
            let size = items.reduce(0) { $0 + Int($1.quantity) * Int(max(1, $1.sizeUnits)) }
            let single = items.count == 1 && items[0].quantity == 1
            #expect(size <= capacity || single)
            for item in items { units[item.productID, default: 0] += item.quantity }
        }
        for item in stops.flatMap(\.items) { #expect(units[item.productID] == item.quantity) }
    }

    @Test func aListThatFitsIsOneTask() {
        let stops = [TypesV1.Stop(storeID: "a", items: [.init(productID: "p", quantity: 3, sizeUnits: 3)])]
        #expect(ListSplitter.split(stops, capacity: 9) == [stops])
        #expect(ListSplitter.split([], capacity: 9).isEmpty)
    }
}
