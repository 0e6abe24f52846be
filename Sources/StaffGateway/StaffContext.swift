import Foundation
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

    /// What the path has at `{name}`, without its percent signs: "AB 12" of "AB%2012".
    ///
    /// - Throws: a `Problem` when what they stand for is no text.
    func text(_ name: String) throws -> String {
        let raw = try parameters.require(name)
        guard let text = raw.removingPercentEncoding else {
            throw Problem.invalid([.init(field: name, message: "has a '%' without what belongs to it")])
        }
        return text
    }

    /// Where the request comes from, without its port: "127.0.0.1".
    var clientAddress: String { channel.remoteAddress?.ipAddress ?? "" }
}
