import Synchronization

/// Makes random identifiers and pickup codes, in shells: cores get them as arguments. Safe to share between threads.
public final class IDGenerator: Sendable {
    private let random: Mutex<any RandomNumberGenerator & Sendable>

    /// - parameter random: a ``SeededGenerator`` gives the same identifiers in each run.
    public init(_ random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) {
        self.random = Mutex(random)
    }

    /// `"o-7k3v9…"` for the prefix `"o"`: 20 characters of Crockford's base 32 in lower case, 100 random bits.
    public func id(_ prefix: String) -> String {
        "\(prefix)-\(draw(20, from: Self.crockford))"
    }

    /// Six characters that nobody confuses when reading them aloud or from a receipt: no 0, O, 1, I, L or U.
    ///
    /// 30^6 = 729 million: enough to make guessing at a desk hopeless, not enough to be unique; compare per order.
    public func pickupCode() -> String {
        draw(6, from: Self.unambiguous)
    }

    private func draw(_ count: Int, from alphabet: [Character]) -> String {
        random.withLock { random in
            String((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
        }
    }

    private static let crockford = Array("0123456789abcdefghjkmnpqrstvwxyz")
    static let unambiguous = Array("23456789ABCDEFGHJKMNPQRSTVWXYZ")
}

/// What a person typed as a pickup code, as ``IDGenerator/pickupCode()`` writes it: upper case, no spaces or dashes.
public func normalizedPickupCode(_ typed: String) -> String {
    String(typed.uppercased().filter { !$0.isWhitespace && $0 != "-" })
}

/// A small, fast generator with the same numbers for the same seed on every machine (SplitMix64); not for secrets.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
