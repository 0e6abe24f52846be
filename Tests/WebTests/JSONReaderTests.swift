import Foundation
import Testing

@testable import Web

@Suite("Reading JSON")
struct JSONReaderTests {
    private static func read(_ text: String) -> Result<JSONValue, JSONReader.Mistake> { read(Array(text.utf8)) }

    private static func read(_ bytes: [UInt8]) -> Result<JSONValue, JSONReader.Mistake> {
        bytes.withUnsafeBytes { bytes in
            do throws(JSONReader.Mistake) {
                return .success(try JSONReader.read(bytes))
            } catch {
                return .failure(error)
            }
        }
    }

    @Test(
        "gives values",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("false\n", .bool(false)), ("0", .integer(0)),
            ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)), ("1.5", .number(1.5)),
            ("1.0", .integer(1)), ("1e2", .integer(100)), ("-0.5E-1", .number(-0.05)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), (#""""#, .string("")),
            (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{C}\n\r\t")),
            (#""Größe \u00e4 \uD83D\uDED2""#, .string("Größe ä 🛒")),
            ("[]", .array([])), ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])), ("{}", .object([:])),
            (#"{"a": {"b": [null]}, "c": ""}"#, .object(["a": .object(["b": .array([.null])]), "c": .string("")])),
        ] as [(String, JSONValue)])
    func values(text: String, expected: JSONValue) throws {
        #expect(try Self.read(text).get() == expected)
    }

    @Test(
        "says where a text stops being JSON",
        arguments: [
            ("", 0), (" ", 1), ("nul", 0), ("tru e", 0), ("1 2", 2), ("01", 1), ("1.", 2), ("-", 1), ("1e+", 3),
            (".5", 0),
            ("+1", 0), ("1e999", 0), ("[1,]", 3), ("[1 2]", 3), ("[1", 2), ("{\"a\"}", 4), ("{\"a\":}", 5),
            ("{a:1}", 1),
            ("{\"a\":1,}", 7), ("{\"a\":1,\"a\":2}", 7), ("\"a", 2), ("\"a\nb\"", 2), ("\"\\x\"", 1),
            ("\"\\u12g4\"", 1),
            ("\"\\uD800\"", 1), ("\"\\uDC00\"", 1), ("\"\\uD800\\u0041\"", 1), ("'a'", 0), ("{\"a\":1} x", 8),
            ("NaN", 0),
        ])
    func mistakes(text: String, offset: Int) {
        guard case .failure(let mistake) = Self.read(text) else {
            Issue.record("\(text) was read")
            return
        }
        #expect(mistake.offset == offset, "\(text): \(mistake.what)")
    }

    @Test("refuses texts that are not UTF-8, and depths that nobody means")
    func limits() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xC3, 0x22]] {
            #expect(throws: JSONReader.Mistake.self) { try Self.read(bytes).get() }
        }
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try Self.read(deep).get() }
        #expect(throws: JSONReader.Mistake.self) { try Self.read("[\(deep)]").get() }
        #expect(throws: JSONReader.Mistake.self) { try Self.read(String(repeating: "[", count: 100_000)).get() }
    }

    @Test("takes and refuses what Foundation does, on texts with one byte changed")
    func asFoundation() {
        let seeds = [
            #"{"kiosk_id": "k1", "items": [{"product_id": "b\u00e4", "quantity": -12.5e3}], "x": [true, false, null]}"#,
            #"[0, 1, "\"\\\/\n", {"": {}}, []]"#,
        ]
        var state: UInt64 = 7
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let choices = Array("{}[]\",:\\ 0123eE+-.truefalsn\u{0}\n".utf8)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = Array(seeds[random(2)].utf8)
            bytes[random(bytes.count)] = choices[random(choices.count)]
            let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            let ours = (try? Self.read(bytes).get()) != nil
            if !ours { refused += 1 }
            // A name that is there twice is refused here only.
            if theirs != ours, case .failure(let mistake) = Self.read(bytes), mistake.what.hasPrefix("A name that") {
                continue
            }
            if theirs != ours {
                Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(ours), Foundation \(theirs)")
            }
        }
        #expect(refused > 1_000)
    }
}
