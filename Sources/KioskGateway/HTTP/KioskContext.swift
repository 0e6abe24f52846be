import Hummingbird
import NIOCore

/// What a request carries on its way through the router.
struct KioskContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The request's connection, to cut it when its peer does not keep up.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Closes the connection soon, so that the answer can still be read, but not everything that a peer may yet send.
    func closeSoon() {
        let channel = channel
        channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
    }
}
