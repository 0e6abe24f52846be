import Kernel
import Testing

@testable import Depot

@Suite struct WaitingRobotsTests {
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func holdsEachWhereItIsAndInTurn(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var waiting = WaitingRobots()
        var order: [String] = []
        var nodes: [String: Int] = [:]
        var capacities: [String: Int] = [:]
        for _ in 0..<3_000 {
            let name = "b-\(Int.random(in: 0..<80, using: &random))"
            if Int.random(in: 0..<5, using: &random) < 3 {
                let (node, capacity) = (Int.random(in: 0..<6, using: &random), Int.random(in: 1..<50, using: &random))
                waiting.put(name, at: node, capacity: capacity, range: capacity * 10, batteryPercent: capacity)
                if nodes[name] == nil { order.append(name) }
                (nodes[name], capacities[name]) = (node, capacity)
            } else {
                waiting.remove(name)
                order.removeAll { $0 == name }
                (nodes[name], capacities[name]) = (nil, nil)
            }
        }
        #expect(waiting.count == order.count)
        for (node, group) in waiting.groups.enumerated() {
            #expect(group.robots.map(\.id) == order.filter { nodes[$0] == node })
            for robot in group.robots {
                #expect(robot.capacity == capacities[robot.id] && robot.range == robot.capacity * 10)
                #expect(robot.capacity <= group.capacity && robot.range <= group.range)
            }
        }
    }
}
