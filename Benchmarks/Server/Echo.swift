import APIs
import Messages
import Wire

/// Acknowledges each report, and keeps nothing: as a handler with a task.
struct EchoService: BotAPI {
    func connect(
        _ inbound: WireInbound<BotsV1.FromBot>, _ outbound: WireOutbound<BotsV1.ToBot>, context: CallContext
    ) async throws {
        for try await message in inbound where message.report > 0 {
            try await outbound.send(BotsV1.ToBot(reportAck: message.report))
        }
    }

    func getMap(_ request: BotsV1.GetMapRequest, context: CallContext) async throws -> BotsV1.GetMapResponse {
        BotsV1.GetMapResponse()
    }
}

/// The same without a task.
final class EchoReactor: WireReactor {
    private let reply: WireReply<BotsV1.ToBot>
    private var acknowledged: UInt64 = 0
    private var received: UInt64 = 0

    init(_ reply: WireReply<BotsV1.ToBot>) { self.reply = reply }

    func received(_ message: BotsV1.FromBot) {
        guard message.report > 0 else { return }
        received = message.report
        // Acknowledgements that wait are one: each is for all reports up to its number.
        canSend()
    }

    func canSend() {
        if received > acknowledged, reply.send(BotsV1.ToBot(reportAck: received)) { acknowledged = received }
    }

    func finished() { reply.end(WireStatus(.ok, "")) }
    func ended(_ status: WireStatus) {}
}
