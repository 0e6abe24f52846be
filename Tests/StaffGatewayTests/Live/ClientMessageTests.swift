import Testing
import Web

@testable import StaffGateway

@Suite struct ClientMessageTests {
    @Test(arguments: [
        (
            #"{"type":"subscribe","id":1,"topic":"orders"}"#,
            ClientMessage.subscribe(id: 1, topic: .board(.orders), from: nil, hz: 1)
        ),
        (
            #"{"type":"subscribe","id":2,"topic":"fleet","from":"x-1","hz":2.5}"#,
            .subscribe(id: 2, topic: .board(.fleet), from: "x-1", hz: 2.5)
        ),
        (
            #"{"type":"subscribe","id":0,"topic":"bot/b/7","hz":0}"#,
            .subscribe(id: 0, topic: .bot("b/7"), from: nil, hz: 0)
        ),
        (
            #"{"type":"subscribe","id":3,"topic":"order/o-1","from":null}"#,
            .subscribe(id: 3, topic: .order("o-1"), from: nil, hz: 1)
        ),
        (#"{"type":"unsubscribe","id":9007199254740991}"#, .unsubscribe(id: 9_007_199_254_740_991)),
    ])
    func whatIsRightIsUnderstood(_ text: String, _ message: ClientMessage) throws {
        #expect(try ClientMessage(text) == message)
    }

    @Test(arguments: [
        ("", "malformed-json", nil, "like {"),
        ("[1]", "malformed-json", nil, "this is a list"),
        ("{\"type\":\"subscribe\",", "malformed-json", nil, "like {"),
        (#"{"type":"hello","id":1}"#, "invalid-fields", nil, "\"subscribe\" or \"unsubscribe\""),
        (#"{"id":1,"topic":"orders"}"#, "invalid-fields", nil, "'type'"),
        (#"{"type":"subscribe","id":"1","topic":"orders"}"#, "invalid-fields", nil, "'id' must be a whole number"),
        (#"{"type":"subscribe","id":-1,"topic":"orders"}"#, "invalid-fields", nil, "'id'"),
        (#"{"type":"subscribe","id":1}"#, "invalid-fields", 1, "'topic' must be a text like"),
        (#"{"type":"subscribe","id":1,"topic":"orders","hz":11}"#, "invalid-fields", 1, "'hz' must be a number from 0"),
        (#"{"type":"subscribe","id":1,"topic":"orders","hz":"2"}"#, "invalid-fields", 1, "'hz'"),
        (#"{"type":"subscribe","id":1,"topic":"orders","from":7}"#, "invalid-fields", 1, "\"position\""),
        (#"{"type":"subscribe","id":1,"topic":"orders","form":"x"}"#, "invalid-fields", 1, "'form' is not a field"),
        (#"{"type":"subscribe","id":1,"topic":"order"}"#, "unknown-topic", 1, "order/ID"),
        (#"{"type":"subscribe","id":1,"topic":"order/"}"#, "unknown-topic", 1, "orders, fleet, lists, stores, alerts"),
        (#"{"type":"subscribe","id":1,"topic":"Fleet"}"#, "unknown-topic", 1, "'Fleet'"),
        (#"{"type":"unsubscribe","id":1,"topic":"orders"}"#, "invalid-fields", 1, "'topic' is not a field"),
    ])
    func whatIsWrongIsExplained(_ text: String, _ kind: String, _ id: Int64?, _ words: String) throws {
        let mistake = #expect(throws: ClientMessage.Mistake.self) { try ClientMessage(text) }
        #expect(mistake?.problem.kind == kind)
        #expect(mistake?.id == id)
        #expect(mistake?.problem.detail.contains(words) == true, "\(mistake?.problem.detail ?? "")")
    }

    @Test func allMistakesAreToldAtOnce() {
        let mistake = #expect(throws: ClientMessage.Mistake.self) {
            try ClientMessage(#"{"type":"subscribe","id":1.5,"hz":-1,"x":1}"#)
        }
        #expect(mistake?.problem.errors.map(\.field) == ["id", "topic", "hz", "x"])
    }
}
