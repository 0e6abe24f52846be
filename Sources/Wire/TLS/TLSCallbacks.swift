import COpenSSL

/// What OpenSSL calls while a handshake runs: to judge certificates, choose the protocol and see the messages go by.
///
/// The `SSL`'s app data is an unretained pointer to its `TLSConnection`. Safe because the connection frees the `SSL` in
/// its deinit, so no callback can come after it.
enum TLSCallbacks {
    static func install(on context: OpaquePointer, isServer: Bool) {
        SSL_CTX_set_msg_callback(context) { written, _, type, bytes, count, ssl, _ in
            // Called for every record; only a key update from the peer is of interest.
            guard written == 0, type == SSL3_RT_HANDSHAKE, count > 0, let bytes, let ssl,
                bytes.load(as: UInt8.self) == UInt8(SSL3_MT_KEY_UPDATE)
            else { return }
            TLSCallbacks.owner(of: ssl)?.noteKeyUpdate()
        }
        guard isServer else { return }
        SSL_CTX_set_client_hello_cb(
            context,
            { ssl, alert, _ in
                guard let ssl, let connection = TLSCallbacks.owner(of: ssl) else { return SSL_CLIENT_HELLO_ERROR }
                connection.offeredVersion = TLSCallbacks.newestVersion(offeredIn: ssl)
                // A client that is too old is refused for that, by OpenSSL, right after.
                guard connection.offeredVersion == 0x0304 else { return SSL_CLIENT_HELLO_SUCCESS }
                let application = connection.context.application
                if !application.isRequired || SSL_client_hello_get0_ext(ssl, TLSCallbacks.alpnExtension, nil, nil) == 1
                {
                    return SSL_CLIENT_HELLO_SUCCESS
                }
                connection.refuse(
                    TLSError(.noProtocol, "the client does not offer \(application.name) (it sent no ALPN)"))
                alert?.pointee = TLS1_AD_NO_APPLICATION_PROTOCOL
                return SSL_CLIENT_HELLO_ERROR
            }, nil)
        SSL_CTX_set_alpn_select_cb(
            context,
            { ssl, chosen, chosenCount, offered, offeredCount, _ in
                guard let ssl, let connection = TLSCallbacks.owner(of: ssl), let chosen, let chosenCount, let offered
                else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                let list = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
                guard let range = TLSCallbacks.find(connection.context.application.name, in: list) else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                chosen.pointee = offered + range.lowerBound
                chosenCount.pointee = UInt8(range.count)
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    static func verifyPeer(on context: OpaquePointer, failWithoutCertificate: Bool) {
        // As OpenSSL would do it, but the chain that it built is not kept with the connection.
        SSL_CTX_set_cert_verify_callback(
            context,
            { store, _ in
                guard let store else { return 0 }
                let result = X509_verify_cert(store)
                X509_STORE_CTX_set0_verified_chain(store, nil)
                return result
            }, nil)
        let mode = SSL_VERIFY_PEER | (failWithoutCertificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0)
        SSL_CTX_set_verify(context, mode) { accepted, store in
            guard let store, let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
                let connection = TLSCallbacks.owner(of: OpaquePointer(ssl))
            else { return 0 }
            return connection.judge(store, accepted: accepted == 1) ? 1 : 0
        }
    }

    /// A server's tickets: what seals them, and whether one that comes back is good.
    static func sealTickets(of context: OpaquePointer) {
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { ssl, name, iv, cipher, mac, isSealing in
            guard let ssl, let name, let iv, let cipher, let mac, let connection = TLSCallbacks.owner(of: ssl) else {
                return -1
            }
            return isSealing == 1
                ? connection.sealTicket(name: name, iv: iv, cipher: cipher, mac: mac)
                : connection.openTicket(name: name, iv: iv, cipher: cipher, mac: mac)
        }
        SSL_CTX_set_session_ticket_cb(
            context,
            { ssl, _ in
                guard let ssl, let session = SSL_get_session(ssl), let connection = TLSCallbacks.owner(of: ssl) else {
                    return 0
                }
                let isResumed = SSL_session_reused(ssl) == 1
                return TLSSession.stamp(session, isResumed: isResumed, trust: connection.context.trustMark) ? 1 : 0
            },
            { ssl, session, _, _, status, _ in
                guard let ssl, let session, let connection = TLSCallbacks.owner(of: ssl),
                    status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW,
                    connection.accepts(ticket: session)
                else { return SSL_TICKET_RETURN_IGNORE_RENEW }
                return SSL_TICKET_RETURN_USE_RENEW
            }, nil)
    }

    /// A client's tickets, as they come.
    static func keepTickets(of context: OpaquePointer) {
        SSL_CTX_sess_set_new_cb(context) { ssl, session in
            guard let ssl, let session, let connection = TLSCallbacks.owner(of: ssl) else { return 0 }
            // 1: the reference to the session is ours now.
            return connection.keep(ticket: session) ? 1 : 0
        }
    }

    static func logKeys(of context: OpaquePointer) {
        SSL_CTX_set_keylog_callback(context) { ssl, line in
            guard let ssl, let line else { return }
            TLSCallbacks.owner(of: ssl)?.log(secret: String(cString: line))
        }
    }

    private static func owner(of ssl: OpaquePointer) -> TLSConnection? {
        guard let data = shim_SSL_get_app_data(ssl) else { return nil }
        // Safe because of the lifetimes stated at the top.
        return Unmanaged<TLSConnection>.fromOpaque(data).takeUnretainedValue()
    }

    private static let alpnExtension: UInt32 = 16
    private static let supportedVersionsExtension: UInt32 = 43

    /// The newest TLS version that a client's hello offers.
    private static func newestVersion(offeredIn ssl: OpaquePointer) -> UInt16 {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let legacy = UInt16(truncatingIfNeeded: SSL_client_hello_get0_legacy_version(ssl))
        guard SSL_client_hello_get0_ext(ssl, supportedVersionsExtension, &bytes, &count) == 1, let bytes else {
            return legacy
        }
        // Safe because OpenSSL keeps the hello's bytes for the length of the callback.
        return newestVersion(in: Array(UnsafeBufferPointer(start: bytes, count: count))) ?? legacy
    }

    /// The newest version in a supported_versions extension: a length byte, then two bytes each. Values that are not of
    /// SSL 3.0 to TLS 1.3 are placeholders (RFC 8701) or of the future, and left out.
    static func newestVersion(in body: [UInt8]) -> UInt16? {
        stride(from: 1, to: max(body.count - 1, 1), by: 2)
            .map { UInt16(body[$0]) << 8 | UInt16(body[$0 + 1]) }
            .filter { (0x0300...0x0304).contains($0) }
            .max()
    }

    /// Where a protocol's name stands in an ALPN list (each name behind its length), or nil.
    static func find(_ name: String, in list: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var index = 0
        while index < list.count {
            let range = (index + 1)..<(index + 1 + Int(list[index]))
            guard range.upperBound <= list.count else { return nil }
            if list[range].elementsEqual(name.utf8) { return range }
            index = range.upperBound
        }
        return nil
    }
}
