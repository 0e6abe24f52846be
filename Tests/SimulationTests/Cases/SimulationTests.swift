import Testing

/// A simulated mall per seed. `make simulate SEEDS=10000` runs many more, and `make simulate SEED=17` shows one.
@Suite struct SimulationTests {
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func everyPromiseIsKept(seed: UInt64) {
        #expect(Simulation(seed: seed).run() == nil, "replay it with: make simulate SEED=\(seed)")
    }

    /// Seeds that found something: see docs/simulation.md.
    @Test(arguments: [348, 1200, 1436, 2326, 2551, 7644] as [UInt64])
    func whatWasMendedStaysSo(seed: UInt64) {
        #expect(Simulation(seed: seed).run() == nil, "replay it with: make simulate SEED=\(seed)")
    }
}
