import NIOCore
import Synchronization
public import Wire

/// The TLS of a gateway's listener, which can be changed while it listens.
public final class WebTLS: Sendable {
    private let context: Mutex<TLSContext>

    /// - Parameter context: made of `TLSConfiguration.webServer`
    public init(_ context: TLSContext) {
        self.context = Mutex(context)
    }

    /// Uses another certificate for connections from now on; those that exist keep what they were made with.
    public func reload(_ context: TLSContext) {
        self.context.withLock { $0 = context }
    }

    var current: TLSContext { context.withLock { $0 } }
}
