import Testing

@testable import Kernel

@Suite struct IdentifierTests {
    @Test func identifiersAreShortDistinctAndRepeatable() {
        let ids = (0..<1000).map { _ in IDGenerator().id("o") }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.hasPrefix("o-") && $0.count == 22 })
        #expect(ids.joined().allSatisfy { "-0123456789abcdefghjkmnpqrstvwxyzo".contains($0) })
        #expect(IDGenerator(SeededGenerator(seed: 1)).id("b") == IDGenerator(SeededGenerator(seed: 1)).id("b"))
        #expect(IDGenerator(SeededGenerator(seed: 1)).id("b") != IDGenerator(SeededGenerator(seed: 2)).id("b"))
    }

    @Test func pickupCodesCannotBeMisread() {
        let generator = IDGenerator(SeededGenerator(seed: 9))
        let codes = (0..<500).map { _ in generator.pickupCode() }
        #expect(codes.allSatisfy { $0.count == 6 })
        #expect(codes.joined().allSatisfy { !"01OILU".contains($0) && $0.isASCII && !$0.isLowercase })
        for code in codes {
            #expect(normalizedPickupCode(" \(code.lowercased().prefix(3))-\(code.suffix(3)) ") == code)
        }
    }

    @Test func theSystemsNumbersDoNotRepeat() {
        var numbers = SystemNumbers()
        let drawn = (0..<1_000).map { _ in numbers.next() }
        #expect(Set(drawn).count == 1_000)
        #expect(!drawn.contains(0))
    }

    @Test func theSeededGeneratorIsSplitMix64() {
        // Source of the numbers: the reference implementation's first outputs for seed 0.
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 0xE220_A839_7B1D_CDAF)
        #expect(generator.next() == 0x6E78_9E6A_A1B9_65F4)
    }

    @Test func timestampsCount() {
        let noon = Timestamp(unixMs: 1000)
        #expect(noon + .milliseconds(1500) == Timestamp(unixMs: 2500))
        #expect(noon - .seconds(2) == Timestamp(unixMs: -1000))
        #expect(Timestamp(unixMs: 2500) - noon == .milliseconds(1500))
        #expect(noon < Timestamp(unixMs: 1001))
    }
}
