import APIs
import Messages
import Wire

/// A second robot with the same name and certificate, as when somebody clones a disk: it says hello and listens, and the
/// gateway ends the first one's session. It stores nothing, so it acknowledges nothing and reports nothing.
enum Twin {
    /// Its journal; always the same one, because the gateway remembers only a robot's newest few.
    private static let journal = "twin"

    /// Stays for so long, or until it is thrown out itself.
    static func appear(as card: BotsV1.Hello, over bots: BotClient, for stay: Duration) async {
        var hello = card
        hello.journal = journal
        await withTaskGroup(of: Void.self) { [hello] group in
            group.addTask {
                try? await bots.connect(context: CallContext(waitForReady: true)) { inbound, outbound in
                    try await outbound.send(BotsV1.FromBot(body: .hello(hello)))
                    for try await _ in inbound {}
                }
            }
            group.addTask { try? await Task.sleep(for: stay) }
            await group.next()
            group.cancelAll()
        }
    }
}
