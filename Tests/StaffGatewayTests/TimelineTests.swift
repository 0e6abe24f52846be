import Foundation
import Kernel
import Messages
import NIOCore
import Testing

@testable import StaffGateway

@Suite struct TimelineTests {
    private static func recorded(
        _ service: String, _ stream: String, _ type: String, _ payload: some Message, cause: Cause? = nil
    ) -> RecordedEvent {
        RecordedEvent(
            service: service, position: 7, stream: stream, version: 3, type: type,
            time: Timestamp(unixMs: 1_700_000_000_000), cause: cause,
            payload: payload.protobuf())
    }

    @Test func anEventTellsWhatItIsAndWhatItCameOf() throws {
        let event = OrdersV1.Event(kind: .orderReady(OrdersV1.OrderReady(orderID: "o-1")))
        let recorded = Self.recorded(
            "orders", "order/o-1", "OrderReady", event, cause: .event(service: "depot", position: 5))
        let text = try TimelineEvent(recorded).json(showsPickupCodes: false)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.readableBytesView)) as? [String: Any])
        #expect(object["type"] as? String == "OrderReady" && object["position"] as? Int == 7)
        #expect(object["at"] as? String == "2023-11-14T22:13:20.000Z")
        let cause = try #require(object["cause"] as? [String: Any])
        #expect(cause["service"] as? String == "depot" && cause["position"] as? Int == 5 && cause.count == 2)
        #expect(object["data"] as? [String: String] == ["orderId": "o-1"])
    }

    @Test func codesAreForThoseWhoHandOverAndCardsForNobody() throws {
        let placed = OrdersV1.OrderPlaced(orderID: "o-1", pickupCode: "ABC234", cardToken: "card-secret")
        let event = Self.recorded("orders", "order/o-1", "OrderPlaced", OrdersV1.Event(kind: .orderPlaced(placed)))
        let viewer = String(buffer: try TimelineEvent(event).json(showsPickupCodes: false))
        let clerk = String(buffer: try TimelineEvent(event).json(showsPickupCodes: true))
        #expect(!viewer.contains("ABC234") && clerk.contains("ABC234"))
        let charge = PaymentsV1.ChargeRequested(orderID: "o-1", chargeID: "c", cardToken: "card-secret")
        let asked = PaymentsV1.AuthorizationRequested(orderID: "o-1", cardToken: "card-secret")
        let payments = [PaymentsV1.Event(kind: .chargeRequested(charge)), .init(kind: .authorizationRequested(asked))]
        let texts = try payments.map {
            String(
                buffer: try TimelineEvent(Self.recorded("payments", "account/o-1", "X", $0))
                    .json(showsPickupCodes: true))
        }
        #expect(([viewer, clerk] + texts).allSatisfy { !$0.contains("card-secret") && $0.contains("o-1") })
    }

    @Test(arguments: [
        ("orders", "order/o-1", TimelineSubject.order("o-1")), ("payments", "account/o-1", .order("o-1")),
        ("depot", "list/o-1", .order("o-1")), ("depot", "task/o-1/2", .order("o-1")), ("depot", "bot/b", .bot("b")),
        ("gateway", "bot/b", .bot("b")), ("stores", "store/s", nil), ("depot", "mall", nil), ("orders", "store/s", nil),
    ])
    func aStreamTellsOfOneThing(_ service: String, _ stream: String, _ subject: TimelineSubject?) {
        let event = Self.recorded(service, stream, "X", OrdersV1.Event())
        #expect(TimelineSubject(of: event) == subject)
    }
}
