import Messages
import Testing

/// The cases of `Fixtures/reference.py` that have a name, made in Swift.
struct NamedValue: Sendable, CustomTestStringConvertible {
    var name: String
    var value: any Message

    var testDescription: String { name }

    static let all = [
        NamedValue(name: "lowest", value: lowest), NamedValue(name: "highest", value: highest),
        NamedValue(name: "nested", value: nested), NamedValue(name: "repeated", value: repeated),
        NamedValue(name: "maps", value: maps),
        NamedValue(name: "oneof default", value: TestingV1.Everything(choice: .chosenBool(false), second: .number(0))),
        NamedValue(name: "words", value: words),
    ]

    private static let lowest = TestingV1.Everything(
        aDouble: -0.0, aFloat: -0.0, anInt32: .min, anInt64: .min, aSint32: .min, aSint64: .min, aSfixed32: .min,
        aSfixed64: .min, color: .min)

    private static let highest = TestingV1.Everything(
        aDouble: .infinity, aFloat: .infinity, anInt32: .max, anInt64: .max, aUint32: .max, aUint64: .max,
        aSint32: .max, aSint64: .max, aFixed32: .max, aFixed64: .max, aSfixed32: .max, aSfixed64: .max, aBool: true,
        aString: "\u{10FFFF}", someBytes: [0xFF, 0xFF, 0xFF], color: .max, last: .max)

    private static let nested = TestingV1.Everything(
        nested: .init(deep: .init(path: [0, -1, 1, .min], kind: .deep)), shared: .init(count: 7, text: "seven"),
        nesteds: [.init(), .init(name: "two"), .init(deep: .init())], choice: .chosenNested(.init()),
        second: .deep(.init()))

    private static let repeated = TestingV1.Everything(
        doubles: [0, -0.0, 1.5], floats: [0.25], int32S: [0, -1], int64S: [-1], uint32S: [0], uint64S: [.max],
        sint32S: [-64, 64], sint64S: [-1], fixed32S: [1], fixed64S: [2], sfixed32S: [-3], sfixed64S: [-4],
        bools: [true, false], strings: ["", "a\0b", "😀"], byteStrings: [[], [0, 0xFF]],
        colors: [.unspecified, .red, .unrecognized(99), .negative], unpacked: [0, 1, -1])

    private static let maps = TestingV1.Everything(
        names: ["": "", "b": "2", "a": "1", "é": "3"], blobs: [-1: [], 0: [1], 5: []], flags: [true: 0, false: -0.0],
        palette: [0: .unspecified, .max: .unrecognized(99)], children: ["x": .init(), "": .init(name: "n")],
        weights: [-1: 1.5, 1: 0], marks: [1: false, 0: true])

    private static let words = TestingV1.Words(
        in: "1", default: "2", class: "3", init_: "4", self_: "5", json_: "6", protobuf_: "7", base: "8", int: "9",
        c: "10", message: "11", string: "12", item: ["13"], index: [14], entry: ["15": 15], hashValue_: "16",
        url: "17", httpURLID: "18", orderIds: ["19"], camelCase: "20", upperCaseID: "21", withJson: "22", type: "23",
        description: "24", arena: "25", repeat: .while("28"))
}
