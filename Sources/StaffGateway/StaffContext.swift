import Hummingbird
import NIOCore
import Web

/// What a request carries on its way through the router.
struct StaffContext: WebContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Where the request comes from, without its port: "127.0.0.1".
    var clientAddress: String { channel.remoteAddress?.ipAddress ?? "" }
}
