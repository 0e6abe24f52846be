import Kernel
import Testing

@Suite struct DeadlinesTests {
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func theEarliestIsAtHand(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var deadlines = Deadlines()
        var model: [String: Int64] = [:]
        for _ in 0..<2_000 {
            let name = "t-\(Int.random(in: 0..<100, using: &random))"
            if Int.random(in: 0..<5, using: &random) < 3 {
                let time = Int64.random(in: 0..<50, using: &random)
                deadlines.set(name, at: time)
                model[name] = time
            } else {
                deadlines.remove(name)
                model[name] = nil
            }
            #expect(deadlines.earliest == model.values.min())
            #expect(deadlines.count == model.count && deadlines.isEmpty == model.isEmpty)
            let time = Int64.random(in: 0..<50, using: &random)
            let passed = model.filter { $0.value <= time }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            #expect(deadlines.upTo(time) == passed.map(\.key))
        }
        #expect(deadlines.names == model.keys.sorted())
    }
}
