import COpenSSL
import Glibc

/// What all connections of one server, or of one client's target, share: OpenSSL's `SSL_CTX`, set up and never changed.
///
/// A server that reloads its certificate makes a new context for new connections; those that exist keep the old one
/// (`WireServer.reload`).
public final class TLSContext: @unchecked Sendable {
    /// The application protocol of robots, tools and services (ALPN).
    public static let alpn = "mallbots/1"
    /// How many bytes of certificates a peer may send.
    static let maxCertificateBytes = 32 * 1024

    // Safe because the context is set up in init and only read after it; OpenSSL counts references to it atomically and
    // allows SSL_new from any thread.
    let pointer: OpaquePointer
    let isServer: Bool
    let application: TLSApplication
    /// Whether a peer must name itself: clients towards a server that knows their authority.
    let requiresIdentity: Bool
    let trustDomain: String?
    let keyUpdatesPerMinute: Int
    let keyLog: TLSKeyLog?
    let revocations: Revocations?
    let clockSkewSeconds: Int64
    let ticketKeys: TLSTicketKeys?
    /// A client's newest ticket.
    let tickets: TicketBox?
    /// Those whom this side trusts, as DER.
    let authorities: Set<[UInt8]>
    /// The same for equal authorities, and for no others.
    let trustMark: [UInt8]
    /// The name to ask for in a client's hello (SNI), which must be a host name, never an address.
    let serverNameIndication: String?

    /// Sets OpenSSL up.
    ///
    /// - Throws: `TLSError` with reason `configuration`, naming what OpenSSL does not accept.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        let method: OpaquePointer?
        switch configuration.role {
        case .server:
            method = TLS_server_method()
            isServer = true
        case .client:
            method = TLS_client_method()
            isServer = false
        }
        application = configuration.application
        trustDomain = configuration.trustDomain
        keyUpdatesPerMinute = configuration.keyUpdatesPerMinute
        keyLog = configuration.keyLog
        revocations = configuration.revocations
        clockSkewSeconds = configuration.clockSkewSeconds
        let pointer = try openSSLPointer("setting up TLS") { SSL_CTX_new(method) }
        self.pointer = pointer
        switch configuration.role {
        case .server(_, let authorities):
            requiresIdentity = !authorities.isEmpty
            serverNameIndication = nil
            self.authorities = Set(authorities.map(\.der))
            ticketKeys = configuration.ticketKeys
            tickets = nil
        case .client(_, let authorities, let name):
            requiresIdentity = false
            serverNameIndication = Self.isAddress(name) ? nil : name
            self.authorities = Set(authorities.map(\.der))
            ticketKeys = nil
            tickets = configuration.resumesSessions ? TicketBox() : nil
        }
        trustMark = Self.mark(of: authorities)
        // From here on deinit frees the pointer, whatever throws.
        try setBasics()
        switch configuration.role {
        case .server(let credentials, let authorities): try setServer(credentials, authorities)
        case .client(let credentials, let authorities, let name): try setClient(credentials, authorities, name)
        }
        TLSCallbacks.install(on: pointer, isServer: isServer)
        try setResumption()
        if keyLog != nil { TLSCallbacks.logKeys(of: pointer) }
    }

    deinit { SSL_CTX_free(pointer) }

    static let trustMarkBytes = 32

    /// SHA-256 of all of them, each behind its length, in an order that does not depend on theirs.
    private static func mark(of authorities: Set<[UInt8]>) -> [UInt8] {
        let sorted = authorities.sorted { $0.lexicographicallyPrecedes($1) }
        let bytes = sorted.flatMap { der in withUnsafeBytes(of: UInt64(der.count).bigEndian) { Array($0) } + der }
        var mark = [UInt8](repeating: 0, count: trustMarkBytes)
        var count = trustMarkBytes
        guard EVP_Q_digest(nil, "SHA256", nil, bytes, bytes.count, &mark, &count) == 1 else {
            // Without it every ticket is checked in full.
            return []
        }
        return mark
    }

    private func setBasics() throws(TLSError) {
        try openSSLCheck("requiring TLS 1.3") { shim_SSL_CTX_set_min_proto_version(pointer, TLS1_3_VERSION) }
        try openSSLCheck("requiring TLS 1.3") { shim_SSL_CTX_set_max_proto_version(pointer, TLS1_3_VERSION) }
        // The cheapest first on machines with AES instructions; a robot without them asks for ChaCha and gets it.
        try openSSLCheck("setting cipher suites") {
            SSL_CTX_set_ciphersuites(
                pointer, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256")
        }
        try openSSLCheck("setting groups") { shim_SSL_CTX_set1_groups_list(pointer, "X25519:P-256:P-384") }
        SSL_CTX_set_options(pointer, shim_SSL_OP_CIPHER_SERVER_PREFERENCE() | shim_SSL_OP_PRIORITIZE_CHACHA())
        // An idle connection holds no record buffers; writes may come from wherever the data is by then; and an authority's
        // own certificate is not sent: who trusts it has it.
        _ = shim_SSL_CTX_set_mode(
            pointer,
            Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_ENABLE_PARTIAL_WRITE)
                | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER) | Int(SSL_MODE_NO_AUTO_CHAIN))
        // 112 bits of security at least, whatever the machine's own configuration says: no RSA below 2048 bits, no SHA-1.
        SSL_CTX_set_security_level(pointer, 2)
        // Bounds what a peer's certificates can make us hold during a handshake.
        _ = shim_SSL_CTX_set_max_cert_list(pointer, Self.maxCertificateBytes)
        SSL_CTX_set_verify_depth(pointer, 4)
    }

    private func setServer(_ credentials: TLSCredentials, _ authorities: [Certificate]) throws(TLSError) {
        try use(credentials)
        guard !authorities.isEmpty else { return }
        try trust(authorities)
        for authority in authorities {
            // Tells clients which authorities count, for those that hold several certificates.
            try openSSLCheck("naming a client authority") { SSL_CTX_add_client_CA(pointer, authority.pointer) }
        }
        TLSCallbacks.verifyPeer(on: pointer, failWithoutCertificate: true)
    }

    private func setClient(
        _ credentials: TLSCredentials?, _ authorities: [Certificate], _ name: String
    ) throws(TLSError) {
        if let credentials { try use(credentials) }
        guard !authorities.isEmpty else {
            throw TLSError(.configuration, "no authority given that could vouch for the server")
        }
        try trust(authorities)
        try setExpectedName(name)
        if clockSkewSeconds != 0 {
            X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(pointer), time_t(Self.now + clockSkewSeconds))
        }
        TLSCallbacks.verifyPeer(on: pointer, failWithoutCertificate: false)
        let protocols = [UInt8(application.name.utf8.count)] + Array(application.name.utf8)
        // Alone among OpenSSL's functions, this one returns 0 for success.
        guard SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count)) == 0 else {
            throw TLSError(.configuration, "setting ALPN: \(OpenSSLErrors.drainedText())")
        }
    }

    private func use(_ credentials: TLSCredentials) throws(TLSError) {
        try openSSLCheck("using the certificate") {
            SSL_CTX_use_certificate(pointer, credentials.certificate.pointer)
        }
        try openSSLCheck("using the private key") { SSL_CTX_use_PrivateKey(pointer, credentials.key.pointer) }
        try openSSLCheck("matching certificate and key") { SSL_CTX_check_private_key(pointer) }
        for certificate in credentials.intermediates {
            try openSSLCheck("adding an intermediate certificate") {
                shim_SSL_CTX_add1_chain_cert(pointer, certificate.pointer)
            }
        }
    }

    /// Trusts these authorities and no others: the system's own list is never loaded.
    private func trust(_ authorities: [Certificate]) throws(TLSError) {
        let store = SSL_CTX_get_cert_store(pointer)
        for authority in authorities {
            guard authority.isAuthority else {
                throw TLSError(.configuration, "the certificate given as an authority is not one (CA:FALSE)")
            }
            try openSSLCheck("trusting an authority") { X509_STORE_add_cert(store, authority.pointer) }
        }
    }

    private func setExpectedName(_ name: String) throws(TLSError) {
        // OpenSSL takes an empty name as "do not check", one with a leading dot as "any below", and stops at a NUL.
        let allowed = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard !name.isEmpty, !name.hasPrefix("."), allowed else {
            throw TLSError(.configuration, "\"\(name)\" is not a host name or IP address")
        }
        let parameters = SSL_CTX_get0_param(pointer)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
        X509_VERIFY_PARAM_set_hostflags(
            parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        try openSSLCheck("setting the server's name") { X509_VERIFY_PARAM_set1_host(parameters, name, 0) }
    }

    private static func isAddress(_ name: String) -> Bool {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let address = a2i_IPADDRESS(name) else { return false }
        ASN1_OCTET_STRING_free(address)
        return true
    }
}
