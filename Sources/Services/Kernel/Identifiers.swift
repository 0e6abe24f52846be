import Glibc
import Synchronization

/// Makes random identifiers and pickup codes, in shells: cores get them as arguments. Safe to share between threads.
public final class IDGenerator: Sendable {
    private let random: Mutex<any RandomNumberGenerator & Sendable>

    /// - parameter random: a ``SeededGenerator`` gives the same identifiers in each run.
    public init(_ random: any RandomNumberGenerator & Sendable = SystemNumbers()) {
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

/// The system's random numbers, fetched 32 at a time: each fetch is a call into the kernel, and an order's identifiers
/// take some fifty numbers.
public struct SystemNumbers: RandomNumberGenerator, Sendable {
    private var numbers = [UInt64](repeating: 0, count: 32)
    private var used = 32

    public init() {}

    public mutating func next() -> UInt64 {
        if used == numbers.count {
            // 256 bytes are what one call gives at most; it fails only where the kernel has none of it. Safe because there
            // are bytes.
            let status = numbers.withUnsafeMutableBytes { getentropy($0.baseAddress!, $0.count) }
            precondition(status == 0, "the system has no random numbers")
            used = 0
        }
        defer {
            // What was handed out is a secret of whoever has it.
            numbers[used] = 0
            used += 1
        }
        return numbers[used]
    }
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
