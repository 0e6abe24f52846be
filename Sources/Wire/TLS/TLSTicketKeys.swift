import COpenSSL
import Synchronization

/// The keys with which servers seal the tickets that let clients resume a session, kept in a file.
///
/// Servers that share the file resume each other's sessions, and a restart loses none. Whoever has the file can pose as a
/// server towards clients that resume, and look into resumed handshakes (not into their data, which has fresh keys), so it
/// has mode 0600 and its keys are replaced: call `refresh` each minute or so.
public final class TLSTicketKeys: Sendable {
    /// How long one key seals new tickets, in seconds.
    public static let interval: Int64 = 12 * 3600

    private let path: String?
    private let interval: Int64
    private let ring: Mutex<TicketKeyring>

    /// Reads the keys, or makes the file. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist
    ///   - interval: how long one key seals new tickets, in seconds
    ///   - now: seconds since 1970
    /// - Throws: `TLSError` naming the file, if it cannot be used or is open to others.
    public init(path: String, interval: Int64 = interval, now: Int64) throws(TLSError) {
        self.path = path
        self.interval = interval
        ring = Mutex(try Self.current(path, interval, now))
    }

    /// Keys that live as long as this object.
    public init(now: Int64) throws(TLSError) {
        path = nil
        interval = Self.interval
        ring = Mutex(TicketKeyring([try Self.fresh(now: now)]))
    }

    /// Takes up what other servers changed in the file, and adds a new key when one is due. Blocks on the disk.
    ///
    /// - Throws: `TLSError` naming the file; the keys are then what they were.
    public func refresh(now: Int64) throws(TLSError) {
        guard let path else { return }
        let current = try Self.current(path, interval, now)
        ring.withLock { $0 = current }
    }

    func sealing(now: Int64) -> TicketKeyring.Key? { ring.withLock { $0.sealing(now: now) } }

    func opening(_ name: UnsafeBufferPointer<UInt8>) -> TicketKeyring.Key? {
        ring.withLock { $0.opening(name) }
    }

    private static func current(_ path: String, _ interval: Int64, _ now: Int64) throws(TLSError) -> TicketKeyring {
        // One server adds the key; the others find it when their turn comes.
        try CredentialFiles.locking(directoryOf: path) { () throws(TLSError) in
            var ring = TicketKeyring([])
            if let bytes = try CredentialFiles.readSecretIfPresent(path) {
                ring = try CredentialFiles.naming(path) { () throws(TLSError) in
                    try TicketKeyring(text: String(decoding: bytes, as: UTF8.self))
                }
            }
            guard ring.isDue(every: interval, now: now) else { return ring }
            ring.add(try fresh(now: now), every: interval, now: now)
            try CredentialFiles.write(Array(ring.text.utf8), to: path, mode: 0o600, durable: true)
            return ring
        }
    }

    private static func fresh(now: Int64) throws(TLSError) -> TicketKeyring.Key {
        var bytes = [UInt8](repeating: 0, count: TicketKeyring.Key.nameBytes + 2 * TicketKeyring.Key.secretBytes)
        try openSSLCheck("drawing a ticket key") { RAND_bytes(&bytes, Int32(bytes.count)) }
        let (name, secret) = (TicketKeyring.Key.nameBytes, TicketKeyring.Key.secretBytes)
        return TicketKeyring.Key(
            created: now, name: Array(bytes[..<name]), cipher: Array(bytes[name..<(name + secret)]),
            mac: Array(bytes[(name + secret)...]))
    }
}
