/// All the chance there is in a simulation, from its seed: SplitMix64 (Steele, Lea, Flood 2014).
final class SimRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }

    func between(_ low: Int, _ high: Int) -> Int { low + below(high - low + 1) }

    func chance(_ perMille: Int) -> Bool { below(1_000) < perMille }

    func pick<T>(_ items: [T]) -> T? { items.isEmpty ? nil : items[below(items.count)] }

    /// -1 to 1.
    func jitter() -> Double { Double(below(2_000_001) - 1_000_000) / 1_000_000 }
}
