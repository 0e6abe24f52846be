import Foundation
import NIOCore
import Testing

@testable import Web

@Suite("Writing JSON")
struct JSONWriterTests {
    struct Inner: Encodable {
        var minorUnits: Int64
        var currencyCode: String
    }

    enum State: String, Encodable { case inCustody = "in-custody" }

    struct Everything: Encodable {
        var orderId = "o-1"
        var text = "Größe \"quoted\" \\ / \n\r\t \u{1} 🛒"
        var whole: UInt32 = 4_294_967_295
        var least = Int64.min
        var half = 0.5
        var two = 2.0
        var yes = true
        var absent: String?
        var price: Inner? = Inner(minorUnits: -480, currencyCode: "EUR")
        var prices = [Inner(minorUnits: 1, currencyCode: ""), Inner(minorUnits: 2, currencyCode: "x")]
        var none: [Inner] = []
        var numbers = [[1, 2], [], [3]]
        var state = State.inCustody
        var perhaps: [String?] = ["a", nil]
    }

    private static func foundation(_ value: some Encodable) throws -> NSObject {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try object(encoder.encode(value))
    }

    private static func object(_ data: Data) throws -> NSObject {
        try #require(try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) as? NSObject)
    }

    @Test("means what Foundation's encoder writes")
    func everything() throws {
        let bytes = try JSONWriter.write(Everything())
        #expect(try Self.object(Data(bytes)) == Self.foundation(Everything()))
        #expect(try Self.object(Data(JSONWriter.write([Everything()]))) == Self.foundation([Everything()]))
        #expect(try JSONWriter.write(Everything()) == bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self).hasPrefix(
                #"{"order_id":"o-1","text":"Größe \"quoted\" \\ / \n\r\t \u0001 🛒""#))
        #expect(try JSONReader.check(bytes))
    }

    @Test("names things as Foundation's encoder does")
    func names() throws {
        struct Names: Encodable {
            var a = 1
            var orderId = 1
            var xMm = 1
            var speedMmPerS = 1
            var myURLProperty = 1
            var retries2Left = 1
        }
        #expect(try Self.object(Data(JSONWriter.write(Names()))) == Self.foundation(Names()))
    }

    @Test("leaves to Foundation's what has no order, or no number")
    func unsupported() throws {
        #expect(throws: JSONWriter.Unsupported.self) { try JSONWriter.write(["b": 1, "a": 2]) }
        #expect(throws: JSONWriter.Unsupported.self) { try JSONWriter.write(["a": ["b": 1]]) }
        #expect(throws: JSONWriter.Unsupported.self) { try JSONWriter.write([Double.nan]) }
        struct Nested: Encodable {
            enum Keys: CodingKey { case a, b }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                var inner = container.nestedContainer(keyedBy: Keys.self, forKey: .a)
                try inner.encode(1, forKey: .b)
            }
        }
        #expect(throws: JSONWriter.Unsupported.self) { try JSONWriter.write(Nested()) }
        #expect(try String(buffer: JSON.encode(Nested())) == #"{"a":{"b":1}}"#)
        struct Picked: Encodable { var picked = ["bakery-rolls": 2, "bakeryBread": 1] }
        #expect(try String(buffer: JSON.encode(Picked())) == #"{"picked":{"bakery-rolls":2,"bakeryBread":1}}"#)
    }
}

extension JSONReader {
    fileprivate static func check(_ bytes: [UInt8]) throws -> Bool {
        _ = try JSON.value(bytes)
        return true
    }
}
