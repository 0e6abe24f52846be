import NIOCore

/// One end of a connection without a socket: what is written here is read by the other end, later on the same loop.
///
/// Safe because it is used on the event loop only.
final class MemoryLink: @unchecked Sendable {
    private let eventLoop: any EventLoop
    private var other: WireConnection?
    private weak var owner: WireConnection?
    private weak var otherLink: MemoryLink?
    private var isClosed = false

    private init(_ eventLoop: any EventLoop, owner: WireConnection, other: WireConnection) {
        self.eventLoop = eventLoop
        self.owner = owner
        self.other = other
    }

    /// Joins two connections; both start. On their event loop.
    static func join(client: WireConnection, server: WireConnection, peer: PeerIdentity?) {
        let one = MemoryLink(client.eventLoop, owner: client, other: server)
        let two = MemoryLink(client.eventLoop, owner: server, other: client)
        one.otherLink = two
        two.otherLink = one
        guard server.attach(.memory(two)), client.attach(.memory(one)) else { return one.close() }
        server.start(peer: peer, remoteAddress: "memory")
        client.start(peer: nil, remoteAddress: "memory")
    }

    func write(_ bytes: ByteBuffer) {
        guard !isClosed, let other else { return }
        eventLoop.execute {
            var bytes = bytes
            other.read(&bytes)
            other.endOfBatch()
        }
    }

    func close() {
        guard !isClosed, let other, let owner else { return }
        isClosed = true
        otherLink?.isClosed = true
        self.other = nil
        otherLink?.other = nil
        eventLoop.execute {
            other.lost("the connection was closed by the peer")
            owner.lost("the connection was closed")
        }
    }
}
