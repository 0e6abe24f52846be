import Logging
import NIOCore
import Synchronization

/// The door of one listener, for connections on every event loop.
final class Doorkeeper: Sendable {
    private struct State {
        var door: Door
        var channels: [UInt64: any Channel] = [:]
    }

    private let state: Mutex<State>
    private let logger: Logger

    init(limits: WebLimits, logger: Logger) {
        state = Mutex(State(door: Door(limits: limits)))
        self.logger = logger
    }

    /// Takes a connection in.
    /// - Throws: `Door.Refusal`; the connection is then to be closed
    func admit(_ channel: any Channel) throws -> UInt64 {
        let now = Duration.nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds))
        let address = Self.key(channel.remoteAddress)
        do {
            let (ticket, displaced) = try state.withLock { state throws(Door.Refusal) in
                let admission = try state.door.admit(from: address, now: now)
                state.channels[admission.ticket] = channel
                return (admission.ticket, admission.displaced.flatMap { state.channels[$0] })
            }
            displaced?.close(promise: nil)
            channel.closeFuture.whenComplete { [self] _ in left(ticket) }
            return ticket
        } catch {
            logger.debug("web.refused", metadata: ["reason": "\(error)", "address": "\(address ?? "this machine")"])
            throw error
        }
    }

    func arrived(_ ticket: UInt64) {
        state.withLock {
            $0.door.arrived(ticket)
            $0.channels[ticket] = nil
        }
    }

    private func left(_ ticket: UInt64) {
        state.withLock {
            $0.door.left(ticket)
            $0.channels[ticket] = nil
        }
    }

    /// An IPv4 address, or the network that an IPv6 address is in, since one host may have all of a network's addresses.
    /// nil: this machine, where a proxy may speak for everyone.
    static func key(_ address: SocketAddress?) -> String? {
        guard let address else { return nil }
        guard case .v6(let v6) = address else {
            let text = address.ipAddress ?? ""
            return text.hasPrefix("127.") || text.isEmpty ? nil : text
        }
        // A sockaddr_in6: family, port and flow in 8 bytes, then the address.
        let bytes = withUnsafeBytes(of: v6.address) { Array($0[8..<24]) }
        if bytes.dropLast().allSatisfy({ $0 == 0 }), bytes.last == 1 { return nil }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return bytes[12] == 127 ? nil : bytes[12...].map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return groups.joined(separator: ":") + "::/64"
    }
}
