import Kernel
import Testing

@Suite struct QueueTests {
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func keepsTheOrderOfArrival(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = Queue()
        var model: [String] = []
        for _ in 0..<2_000 {
            let name = "t-\(Int.random(in: 0..<200, using: &random))"
            if Int.random(in: 0..<5, using: &random) < 2 {
                queue.add(name)
                if !model.contains(name) { model.append(name) }
            } else {
                queue.remove(name)
                model.removeAll { $0 == name }
            }
            #expect(queue.contains(name) == model.contains(name))
        }
        #expect(Array(queue.names) == model)
        #expect(queue.count == model.count)
    }
}
