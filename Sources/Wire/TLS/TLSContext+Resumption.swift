import COpenSSL
import Synchronization

// Session tickets (RFC 8446, section 4.6.1): a client that shows one comes back without certificates and signatures. A
// ticket holds the whole session, sealed, so the server keeps none; each connection gets one, right after its handshake.

extension TLSContext {
    func setResumption() throws(TLSError) {
        let tickets = ticketKeys == nil ? 0 : 1
        try openSSLCheck("setting how many tickets there are") { SSL_CTX_set_num_tickets(pointer, tickets) }
        // A server keeps nothing, and a client what `TicketBox` keeps.
        let mode = self.tickets == nil ? SSL_SESS_CACHE_OFF : SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
        _ = shim_SSL_CTX_set_session_cache_mode(pointer, Int(mode))
        _ = SSL_CTX_set_timeout(pointer, Int(TicketKeyring.sessionLifetime))
        // What comes with the first flight could be played back by anyone, so there is none.
        try openSSLCheck("refusing early data") { SSL_CTX_set_max_early_data(pointer, 0) }
        try openSSLCheck("refusing early data") { SSL_CTX_set_recv_max_early_data(pointer, 0) }
        // The same everywhere, so that servers resume each other's sessions; what differs between them is checked.
        let name = Array(application.name.utf8)
        try openSSLCheck("naming the sessions") { SSL_CTX_set_session_id_context(pointer, name, UInt32(name.count)) }
        if ticketKeys != nil { TLSCallbacks.sealTickets(of: pointer) }
        if self.tickets != nil { TLSCallbacks.keepTickets(of: pointer) }
    }

    /// A client: lets a new connection come back with the newest ticket, if the server that gave it would be accepted
    /// today.
    func resume(_ ssl: OpaquePointer) {
        guard let session = tickets?.take() else { return }
        defer { SSL_SESSION_free(session) }
        guard SSL_SESSION_is_resumable(session) == 1, let peer = SSL_SESSION_get0_peer(session),
            (try? verify(Certificate(retaining: peer), chain: nil, dates: true)) != nil
        else { return }
        OpenSSLErrors.clear()
        SSL_set_session(ssl, session)
        OpenSSLErrors.clear()
    }
}

extension TLSConnection {
    /// How many tickets of one client are looked into; honest ones offer one.
    private static let ticketsJudgedAtMost = 2

    /// A server: whether this ticket's session goes on. If not, a full handshake follows, which says why.
    func accepts(ticket session: OpaquePointer) -> Bool {
        guard ticketsJudged < Self.ticketsJudgedAtMost else { return false }
        ticketsJudged += 1
        let now = TLSContext.now
        guard let began = TLSSession.began(session), (now - TicketKeyring.sessionLifetime...now + 60).contains(began)
        else { return false }
        guard context.requiresIdentity else { return SSL_SESSION_get0_peer(session) == nil }
        guard let peer = SSL_SESSION_get0_peer(session) else { return false }
        let certificate = Certificate(retaining: peer)
        do throws(TLSError) {
            resumedIdentity = try context.identity(of: certificate)
            // The seal says that a server with our key has checked the signatures; with the same authorities as today's, only
            // time can have changed what it found. Checking them again would cost half as much as a full handshake.
            if TLSSession.trust(of: session) == context.trustMark {
                return certificate.validity?.contains(now) == true
            }
            try context.verify(certificate, chain: nil, dates: true)
            return true
        } catch {
            return false
        }
    }

    /// A client: keeps a ticket for the next connection; false if it is not wanted.
    func keep(ticket session: OpaquePointer) -> Bool {
        guard let tickets = context.tickets else { return false }
        tickets.put(session)
        return true
    }

    /// Sets OpenSSL up to seal a ticket: 1, or -1 if it cannot be.
    func sealTicket(
        name: UnsafeMutablePointer<UInt8>, iv: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer
    ) -> Int32 {
        guard let key = context.ticketKeys?.sealing(now: TLSContext.now), RAND_bytes(iv, 16) == 1,
            EVP_EncryptInit_ex(cipher, TicketCipher.pointer, nil, key.cipher, iv) == 1,
            shim_EVP_MAC_CTX_set_hmac_sha256_key(mac, key.mac, key.mac.count) == 1
        else { return -1 }
        // Safe because OpenSSL gives room for 16 bytes of name, and that many of IV.
        name.update(from: key.name, count: TicketKeyring.Key.nameBytes)
        return 1
    }

    /// Sets OpenSSL up to open a ticket: 1; 0 if its key is not known any more; -1 if something fails.
    func openTicket(
        name: UnsafeMutablePointer<UInt8>, iv: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer
    ) -> Int32 {
        // Safe because a ticket begins with its key's name of 16 bytes, which OpenSSL has checked to be there.
        let wanted = UnsafeBufferPointer(start: name, count: TicketKeyring.Key.nameBytes)
        guard let key = context.ticketKeys?.opening(wanted) else { return 0 }
        guard shim_EVP_MAC_CTX_set_hmac_sha256_key(mac, key.mac, key.mac.count) == 1,
            EVP_DecryptInit_ex(cipher, TicketCipher.pointer, nil, key.cipher, iv) == 1
        else { return -1 }
        return 1
    }
}

/// The cipher that seals tickets, looked up once: OpenSSL would otherwise look for it with each ticket.
private enum TicketCipher {
    // Safe because it is made once, never changed after, and lives as long as the process.
    nonisolated(unsafe) static let pointer: OpaquePointer? = EVP_CIPHER_fetch(nil, "AES-256-CBC", nil)
}

/// What goes into a ticket besides OpenSSL's own: when its session's full handshake was, in seconds since 1970, and a mark of
/// the authorities that the peer's certificate was checked against. Tickets of resumed sessions keep the time, so that no
/// chain of them outlasts `TicketKeyring.sessionLifetime`.
enum TLSSession {
    static func stamp(_ session: OpaquePointer, isResumed: Bool, trust: [UInt8]) -> Bool {
        let began = isResumed ? began(session) ?? TLSContext.now : TLSContext.now
        let stamp = withUnsafeBytes(of: began.bigEndian) { Array($0) } + trust
        return SSL_SESSION_set1_ticket_appdata(session, stamp, stamp.count) == 1
    }

    static func began(_ session: OpaquePointer) -> Int64? {
        guard let stamp = stamp(of: session) else { return nil }
        return stamp.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }

    static func trust(of session: OpaquePointer) -> [UInt8]? {
        stamp(of: session).map { Array($0.dropFirst(8)) }
    }

    private static func stamp(of session: OpaquePointer) -> [UInt8]? {
        var data: UnsafeMutableRawPointer?
        var count = 0
        guard SSL_SESSION_get0_ticket_appdata(session, &data, &count) == 1, let data,
            count == 8 + TLSContext.trustMarkBytes
        else { return nil }
        // Safe because the session keeps these bytes as long as it lives, and this copies them.
        return Array(UnsafeRawBufferPointer(start: data, count: count))
    }
}

/// The newest ticket that a client has for its server. It is taken out to be used, so none is used twice: a server, or
/// someone on the way, cannot tell from it that two connections are one client's.
///
/// Safe because the session in it is never changed, and OpenSSL counts references to it atomically.
final class TicketBox: Sendable {
    // As a number, because a pointer is not Sendable.
    private let session = Mutex<UInt>(0)

    deinit { SSL_SESSION_free(take()) }

    /// Takes over the caller's reference.
    func put(_ new: OpaquePointer) {
        let old = session.withLock { session in
            defer { session = UInt(bitPattern: new) }
            return session
        }
        SSL_SESSION_free(OpaquePointer(bitPattern: old))
    }

    /// Gives the reference to the caller.
    func take() -> OpaquePointer? {
        OpaquePointer(
            bitPattern: session.withLock { session in
                defer { session = 0 }
                return session
            })
    }
}
