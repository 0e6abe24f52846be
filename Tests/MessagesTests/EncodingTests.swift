import Messages
import Testing

/// What the runtime does around protobuf-c: sizes, order, JSON's text.
@Suite struct EncodingTests {
    @Test func nothingIsNoBytes() throws {
        #expect(TestingV1.Nothing().protobuf().isEmpty)
        #expect(try TestingV1.Nothing(protobuf: []) == TestingV1.Nothing())
        #expect(TestingV1.Everything().protobuf().isEmpty)
        TestingV1.Everything().withProtobuf { #expect($0.isEmpty) }
        #expect(TestingV1.Nothing().json() == "{}")
    }

    /// Around the sizes at which arenas go from one chunk to the next.
    @Test(arguments: [0, 1, 15, 16, 900, 1_000, 1_023, 1_024, 1_025, 16_383, 16_384, 16_385, 1_000_000])
    func sizes(_ count: Int) throws {
        let value = TestingV1.Everything(
            aString: String(repeating: "é", count: count / 2), someBytes: [UInt8](repeating: 7, count: count),
            int32S: (0..<Int32(count / 100)).map { $0 &* 1_000_003 }, strings: ["behind"],
            nesteds: [.init(name: String(repeating: "n", count: count))])
        #expect(try TestingV1.Everything(protobuf: value.protobuf()) == value)
    }

    @Test func mapsAreInTheOrderOfTheirKeys() {
        let keys = (0..<100).map { "key \($0)" }
        let one = TestingV1.Everything(names: Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) }))
        let other = TestingV1.Everything(names: Dictionary(uniqueKeysWithValues: keys.reversed().map { ($0, $0) }))
        #expect(one.protobuf() == other.protobuf())
        #expect(one.json() == other.json())
    }

    @Test func json() {
        let value = TestingV1.Everything(
            aDouble: 1e21, anInt64: -1, aUint32: 7, aBool: true, aString: "a\"\\\n\u{1}é", someBytes: [0xFB, 0xFF],
            color: .unrecognized(77), names: ["b": "", "a": "x"], marks: [2: true, 1: false], choice: .chosenString(""))
        let expected =
            #"{"aDouble":1e+21,"anInt64":"-1","aUint32":7,"aBool":true,"aString":"a\"\\\n\u0001é","#
            + #""someBytes":"+/8=","color":77,"names":{"a":"x","b":""},"marks":{"1":false,"2":true},"chosenString":""}"#
        #expect(value.json() == expected)
        #expect(TestingV1.Words(withJson: "x").json() == #"{"with JSON":"x"}"#)
        #expect(TestingV1.Everything(color: .unrecognized(1)).json() == #"{"color":"COLOR_RED"}"#)
        #expect(TestingV1.Everything(doubles: [.nan, -.infinity]).json() == #"{"doubles":["NaN","-Infinity"]}"#)
    }
}
