package import Hummingbird
package import NIOCore

/// What a request carries on its way through a gateway's router.
package protocol WebContext: RequestContext {
    /// The request's connection, to cut it when its peer does not keep up.
    var channel: any Channel { get }
}

extension WebContext {
    /// Closes the connection soon, so that the answer can still be read, but not everything that a peer may yet send.
    package func closeSoon() {
        let channel = channel
        channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
    }
}
