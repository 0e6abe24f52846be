import Hummingbird
import NIOCore
import Web

/// What a kiosk's request carries on its way through the router.
struct KioskContext: WebContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
