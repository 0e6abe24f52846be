import Foundation
import Messages
import Testing

/// The real schema through protoc's own `--decode` and `--encode`.
@Suite struct ProtocTests {
    private static let protos = Reference.tests.deletingLastPathComponent().appending(path: "protos")
    private static var hasProtoc: Bool { run(["protoc", "--version"]) != nil }

    static let messages: [any Message] = [
        OrdersV1.Order(
            orderID: "o-1", state: .basket, paid: true, total: .init(minorUnits: -5, currencyCode: "EUR"),
            placedUnixMs: .max),
        DepotV1.Task(
            taskID: "o-1/1", state: .shopping, epoch: .max,
            stops: [
                .init(storeID: "s", place: .init(floor: -1, xMm: .min, yMm: .max), items: [.init(), .init(name: "é")])
            ],
            picked: ["b": 1, "a": 0]),
        WireV1.Frame(streamID: 7, kind: .message([0, 1, 0xFF]), end: true),
        WireV1.Frame(kind: .status(.init(code: .unavailable, metadata: [.init(key: "k-bin", binaryValue: [0])]))),
        BotsV1.FromBot(report: 1, body: .resumed(.init())),
        BotsV1.ToBot(directive: 1, body: .assignTask(.init(taskID: "t", epoch: 3, leaseSeconds: 30))),
    ]

    @Test(.enabled("needs protoc") { hasProtoc }, arguments: messages.indices)
    func decodedAndEncodedByProtoc(_ index: Int) throws {
        let message = Self.messages[index]
        let name = type(of: message).protobufName
        let all = try FileManager.default.subpathsOfDirectory(atPath: Self.protos.path).filter {
            $0.hasSuffix(".proto")
        }
        let bytes = message.protobuf()
        let text = try #require(run(["protoc", "-I.", "--decode=\(name)"] + all, input: bytes, in: Self.protos))
        let again = try #require(
            run(["protoc", "-I.", "--encode=\(name)"] + all, input: [UInt8](text), in: Self.protos))
        #expect(hex([UInt8](again)) == hex(bytes))
    }

    @Test func namesFollowSwift() {
        #expect(BotsV1.FromBot.Body.taskDelivered(.init()).typeName == "TaskDelivered")
        #expect(OrdersV1.Order.protobufName == "mallbots.orders.v1.Order")
        #expect(OrdersV1.OrderState.basket.name == "ORDER_STATE_BASKET")
        #expect(WireV1.Code(rawValue: 99) == .unrecognized(99))
        #expect(WireV1.Code.unrecognized(14) == .unavailable)
        #expect(WireV1.Code.unrecognized(14).name == "CODE_UNAVAILABLE")
        #expect(WireV1.Code.unrecognized(99).name == "99")
        #expect(WireV1.Code.allCases.count == 17)
    }
}
