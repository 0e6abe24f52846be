import Messages
import Testing

/// Ours against Google's implementation, byte for byte and in JSON.
@Suite struct ReferenceTests {
    @Test func committedCases() throws {
        let cases = try Reference.committed()
        try #require(cases.count > 200)
        for each in cases { try compare(each) }
    }

    @Test(.enabled("needs Python with protobuf") { try Reference.fresh(seed: 0, count: 0) != nil })
    func freshCases() throws {
        for each in try #require(try Reference.fresh(seed: 2, count: 60)) { try compare(each) }
    }

    private func compare(_ each: ReferenceCase) throws {
        if each.twice == true {
            #expect { try each.decoded() } throws: { ($0 as? DecodingError)?.reason == .repeatedOneof }
            return
        }
        let value = try each.decoded()
        #expect(hex(value.protobuf()) == hex(each.canonicalBytes), "\(each.message) \(each.input)")
        #expect(try JSONValue(parsing: value.json()) == each.json, "\(value.json())")
    }

    /// Values made in Swift are the bytes that Google's implementation makes of the same values.
    @Test(arguments: NamedValue.all)
    func valuesMadeHere(_ named: NamedValue) throws {
        let reference = try #require(try Reference.committed().first { $0.name == named.name })
        #expect(hex(named.value.protobuf()) == reference.input)
        #expect(try JSONValue(parsing: named.value.json()) == reference.json)
        named.value.withProtobuf { #expect(Array($0) == reference.inputBytes) }
    }

    @Test func everyNamedCaseIsMadeHere() throws {
        let names = try Reference.committed().compactMap(\.name)
        #expect(names.sorted() == NamedValue.all.map(\.name).sorted())
    }

    /// Decoding gives back what was encoded, as values.
    @Test func decodedIsWhatWasEncoded() throws {
        for case let value as TestingV1.Everything in NamedValue.all.map(\.value) {
            #expect(try TestingV1.Everything(protobuf: value.protobuf()) == value)
        }
        for case let value as TestingV1.Words in NamedValue.all.map(\.value) {
            #expect(try TestingV1.Words(protobuf: value.protobuf()) == value)
        }
    }
}
