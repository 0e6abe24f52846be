import Synchronization

/// How many bytes of frames a client has sent and received, over all its connections; TLS and TCP add theirs. Safe to use
/// from anywhere.
public final class WireTraffic: Sendable {
    private let received = Atomic(0)
    private let sent = Atomic(0)

    public var bytesReceived: Int { received.load(ordering: .relaxed) }
    public var bytesSent: Int { sent.load(ordering: .relaxed) }

    func receive(_ bytes: Int) { received.add(bytes, ordering: .relaxed) }
    func send(_ bytes: Int) { sent.add(bytes, ordering: .relaxed) }
}
