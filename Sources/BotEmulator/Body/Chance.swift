/// Chance without a state: the same seed and words give the same number, so a robot that forgets and does a thing again
/// meets the same luck.
enum Chance {
    /// At least 0, below 1.
    static func draw(seed: UInt64, _ words: String...) -> Double {
        // FNV-1a over the words, then SplitMix64's finish.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
        for word in words {
            for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        return unit(hash)
    }

    static func unit(_ value: UInt64) -> Double {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ mixed >> 31) >> 11) * 0x1p-53
    }
}
