import COpenSSL
import NIOCore

/// One TLS connection's `SSL`, and its only owner: bytes in, bytes out, no I/O of its own.
///
/// Every call clears OpenSSL's error queue, calls, and turns the result into complete, incomplete or failed, draining the
/// queue after a failure. After a failure the only thing left to do is to send `takeOutbound()` (the alert) and let go.
/// Not Sendable: it belongs to its channel's event loop.
final class TLSConnection {
    enum Outcome {
        /// Done.
        case complete
        /// More input is needed.
        case incomplete
        case failed(TLSError)
    }

    enum ReadOutcome {
        /// All that came was read; more may come.
        case incomplete
        /// The peer sent close_notify: there is no more to read.
        case closed
        case failed(TLSError)
    }

    let context: TLSContext
    let ssl: OpaquePointer
    private var inbound = ByteBuffer()
    private var outbound = ByteBuffer()
    private var inputEnded = false
    private var handshakeDone = false
    private var keyUpdates: KeyUpdateLimit
    private var now: UInt64 = 0
    /// Our own reason to end the connection, which counts for more than what OpenSSL makes of it.
    private var refusal: TLSError?
    private var verification: TLSError?
    private var identity: PeerIdentity?
    /// A server: who the ticket that was looked at last is of.
    var resumedIdentity: PeerIdentity?
    /// Tickets looked into so far; a client may offer many at once, each with work for us.
    var ticketsJudged = 0
    /// A server, once parked: what is left of the peer's certificates.
    var peerCertificates: PeerCertificates?
    /// The newest TLS version that the client offered, once its hello was read.
    var offeredVersion: UInt16?

    init(_ context: TLSContext) throws(TLSError) {
        self.context = context
        keyUpdates = KeyUpdateLimit(limit: context.keyUpdatesPerMinute)
        ssl = try openSSLPointer("making a TLS connection") { SSL_new(context.pointer) }
        // From here on deinit frees the SSL, whatever throws.
        let connection = ssl
        let bio = try ByteBufferBIO.make(for: self)
        // Takes over the BIO; one BIO for both directions needs one reference only.
        SSL_set_bio(connection, bio, bio)
        // Safe because this object outlives its SSL.
        let this = Unmanaged.passUnretained(self).toOpaque()
        try openSSLCheck("making a TLS connection") { shim_SSL_set_app_data(connection, this) }
        if context.isServer {
            SSL_set_accept_state(connection)
        } else {
            SSL_set_connect_state(connection)
            if let name = context.serverNameIndication {
                try openSSLCheck("setting the server's name") { shim_SSL_set_tlsext_host_name(connection, name) }
            }
            context.resume(connection)
        }
    }

    deinit {
        SSL_free(ssl)
    }

    // MARK: Bytes from and to the network

    /// Gives it bytes from the network; they are used by the next `handshake` or `read`.
    func receive(_ buffer: inout ByteBuffer, now: NIODeadline) {
        self.now = now.uptimeNanoseconds
        if inbound.readableBytes == 0 {
            inbound = buffer
        } else {
            inbound.writeBuffer(&buffer)
        }
    }

    /// The network will give no more.
    func endInput() { inputEnded = true }

    var hasOutbound: Bool { outbound.readableBytes > 0 }

    /// Takes what is to be sent to the network.
    func takeOutbound() -> ByteBuffer {
        let taken = outbound
        outbound = ByteBuffer()
        return taken
    }

    // MARK: Calls into OpenSSL

    func handshake() -> Outcome {
        OpenSSLErrors.clear()
        let result = SSL_do_handshake(ssl)
        guard result == 1 else { return outcome(of: result) }
        handshakeDone = true
        return .complete
    }

    /// Decrypts everything that was received, appending it to a buffer.
    func read(into buffer: inout ByteBuffer) -> ReadOutcome {
        while true {
            // Plaintext is never longer than its records, but a record may have begun in earlier input.
            let room = max(inbound.readableBytes, Int(SSL_pending(ssl)), 512)
            var count = 0
            var result: Int32 = 0
            OpenSSLErrors.clear()
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
                result = SSL_read_ex(ssl, bytes.baseAddress, bytes.count, &count)
                return result == 1 ? count : 0
            }
            if result == 1 { continue }
            if SSL_get_error(ssl, result) == SSL_ERROR_ZERO_RETURN { return .closed }
            switch outcome(of: result) {
            case .complete, .incomplete: return .incomplete
            case .failed(let error): return .failed(error)
            }
        }
    }

    /// Encrypts all of a buffer's bytes.
    func write(_ buffer: inout ByteBuffer) -> Outcome {
        // A record holds 16 KiB and costs 22 bytes; a little more for alerts or key updates between them.
        let size = buffer.readableBytes
        outbound.reserveCapacity(outbound.readableBytes + size + (size / 16_384 + 1) * 22 + 64)
        while buffer.readableBytes > 0 {
            var count = 0
            OpenSSLErrors.clear()
            let result = buffer.withUnsafeReadableBytes { SSL_write_ex(ssl, $0.baseAddress, $0.count, &count) }
            guard result == 1 else { return outcome(of: result) }
            buffer.moveReaderIndex(forwardBy: count)
        }
        return .complete
    }

    /// Says that nothing more will be written (close_notify). The peer's own is not waited for.
    func shutdown() {
        OpenSSLErrors.clear()
        _ = SSL_shutdown(ssl)
        OpenSSLErrors.clear()
    }

    private func outcome(of result: Int32) -> Outcome {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .incomplete
        case SSL_ERROR_ZERO_RETURN: return .failed(handshakeDone ? .truncated : .closedInHandshake)
        default:
            let entries = OpenSSLErrors.drain()
            if let refusal { return .failed(refusal) }
            if entries.isEmpty && inputEnded { return .failed(handshakeDone ? .truncated : .closedInHandshake) }
            return .failed(
                TLSError.failure(
                    entries: entries, isServer: context.isServer, application: context.application.name,
                    handshakeDone: handshakeDone,
                    verification: verification, offeredVersion: offeredVersion))
        }
    }

    /// Who and what the handshake agreed on; call it once, when the handshake is complete.
    func completed() throws(TLSError) -> TLSHandshakeCompleted {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &bytes, &count)
        // Safe because OpenSSL keeps the name as long as the SSL, and this copies it.
        var alpn = String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
        if alpn.isEmpty, !context.application.isRequired { alpn = context.application.name }
        guard alpn == context.application.name else {
            throw TLSError(
                .noProtocol, "the \(context.isServer ? "client" : "server") does not speak \(context.application.name)")
        }
        let isResumed = SSL_session_reused(ssl) == 1
        // OpenSSL checks no certificate of a resumed connection: that was done when its ticket was taken.
        if isResumed, identity == nil { identity = resumedIdentity }
        resumedIdentity = nil
        if identity == nil, let peer = SSL_get0_peer_certificate(ssl) {
            let certificate = Certificate(retaining: peer)
            identity = context.requiresIdentity ? try context.identity(of: certificate) : try? certificate.identity()
        }
        if context.requiresIdentity && identity == nil { throw .noClientCertificate }
        let version = String(cString: SSL_get_version(ssl))
        park()
        return TLSHandshakeCompleted(peer: identity, alpn: alpn, version: version, isResumed: isResumed)
    }

    // MARK: Called back by OpenSSL

    func append(_ bytes: UnsafeRawBufferPointer) { outbound.writeBytes(bytes) }

    /// Whether nothing more may be read from `inbound` once it is empty.
    var inputIsOver: Bool { inputEnded || refusal != nil }

    func takeInbound(into target: UnsafeMutableRawBufferPointer) -> Int {
        guard refusal == nil else { return 0 }
        let count = min(target.count, inbound.readableBytes)
        guard count > 0 else { return 0 }
        inbound.readWithUnsafeReadableBytes { bytes in
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        // Lets go of the memory, which may be a slice of something large.
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
        return count
    }

    func refuse(_ error: TLSError) { refusal = refusal ?? error }

    func log(secret line: String) { context.keyLog?.append(line: line) }

    func noteKeyUpdate() {
        guard !keyUpdates.note(at: now) else { return }
        refuse(
            TLSError(.tooManyKeyUpdates, "the peer changed its keys more than \(keyUpdates.limit) times in a minute"))
    }

    /// Judges one certificate of the peer's chain, the peer's own last; OpenSSL has its own verdict already.
    func judge(_ store: OpaquePointer, accepted: Bool) -> Bool {
        let depth = X509_STORE_CTX_get_error_depth(store)
        let certificate = X509_STORE_CTX_get_current_cert(store).map { Certificate(retaining: $0) }
        guard accepted else {
            let code = X509_STORE_CTX_get_error(store)
            // OpenSSL refuses an authority's certificate for its key usage, which says less than what it is.
            let isAuthority = depth == 0 && code == X509_V_ERR_INVALID_PURPOSE && certificate?.isAuthority == true
            let error =
                isAuthority
                ? TLSError.authorityAsPeer
                : TLSError.verification(
                    code: code, depth: depth, isServer: context.isServer, dates: certificate?.validity)
            verification = verification ?? error
            return false
        }
        do throws(TLSError) {
            guard let certificate else { throw .noClientCertificate }
            try context.checkNotRevoked(certificate, depth: depth)
            if depth == 0, context.requiresIdentity { identity = try context.identity(of: certificate) }
            return true
        } catch {
            verification = verification ?? error
            // Chooses the alert that the peer gets.
            let code =
                switch error.reason {
                case .revoked: X509_V_ERR_CERT_REVOKED
                case .staleRevocations: X509_V_ERR_UNSPECIFIED
                default: X509_V_ERR_CERT_REJECTED
                }
            X509_STORE_CTX_set_error(store, code)
            return false
        }
    }
}
