import COpenSSL

// From OpenSSL's codes to reasons in plain words. Pure functions: what they need comes in as arguments.

extension TLSError {
    /// The reason for a failed call on a connection.
    ///
    /// - Parameters:
    ///   - entries: the drained error queue, oldest first
    ///   - isServer: our side's role, which decides whom the words speak of
    ///   - application: what is spoken over the connection
    ///   - handshakeDone: whether the connection was established before
    ///   - verification: what the certificate check found, if it failed
    ///   - offeredVersion: the newest TLS version the peer's hello offered, if one was read
    static func failure(
        entries: [OpenSSLErrors.Entry], isServer: Bool, application: String, handshakeDone: Bool,
        verification: TLSError?, offeredVersion: UInt16?
    ) -> TLSError {
        for entry in entries where entry.library == ERR_LIB_SSL {
            if let error = known(
                entry.reason, isServer: isServer, application: application, handshakeDone: handshakeDone,
                verification: verification,
                offeredVersion: offeredVersion)
            {
                return error
            }
        }
        let text = entries.isEmpty ? "OpenSSL gave no reason" : entries.map(\.text).joined(separator: "; ")
        return TLSError(.protocolViolation, "TLS protocol error: \(text)")
    }

    private static func known(
        _ reason: Int32, isServer: Bool, application: String, handshakeDone: Bool, verification: TLSError?,
        offeredVersion: UInt16?
    ) -> TLSError? {
        switch reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: return .plainHTTP
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return .noClientCertificate
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return verification ?? TLSError(.badCertificate, "the peer's certificate was not accepted")
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_SSL_VERSION: return oldVersion(isServer, offeredVersion)
        case SSL_R_WRONG_VERSION_NUMBER where handshakeDone:
            return TLSError(.protocolViolation, "the peer sent bytes that are not TLS in the middle of the connection")
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_BAD_RECORD_TYPE, SSL_R_UNKNOWN_PROTOCOL, SSL_R_PACKET_LENGTH_TOO_LONG,
            SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_RECORD_TOO_SMALL:
            return handshakeDone ? nil : .notTLS
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return TLSError(.noProtocol, "the \(isServer ? "client" : "server") does not speak \(application)")
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SUITABLE_KEY_SHARE,
            SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
            return TLSError(.nothingShared, "the peer shares no cipher suite, group or signature algorithm with us")
        case SSL_R_EXCESSIVE_MESSAGE_SIZE where !handshakeDone:
            return TLSError(
                .badCertificate,
                """
                the \(isServer ? "client" : "server") sent more than the \(TLSContext.maxCertificateBytes) bytes of \
                certificates that are taken
                """)
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: return handshakeDone ? .truncated : .closedInHandshake
        case let code where code >= SSL_AD_REASON_OFFSET && code < SSL_AD_REASON_OFFSET + 256:
            return refused(alert: code - SSL_AD_REASON_OFFSET, isServer: isServer, application: application)
        default: return nil
        }
    }

    private static func oldVersion(_ isServer: Bool, _ offered: UInt16?) -> TLSError {
        let peer = isServer ? "client offers" : "server speaks"
        let names: [UInt16: String] = [0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2"]
        guard let name = offered.flatMap({ names[$0] }) else {
            return TLSError(.oldVersion, "the \(peer) only TLS versions before 1.3")
        }
        return TLSError(.oldVersion, "the \(peer) only \(name), and TLS 1.3 is required")
    }

    /// An alert from the peer, said as what it means for us.
    static func refused(alert: Int32, isServer: Bool, application: String) -> TLSError {
        let peer = isServer ? "client" : "server"
        let meaning: String =
            switch alert {
            case SSL3_AD_BAD_CERTIFICATE: "refused our certificate"
            case SSL3_AD_UNSUPPORTED_CERTIFICATE: "refused our certificate as unsuitable for this use"
            case SSL3_AD_CERTIFICATE_REVOKED: "refused our certificate as revoked"
            case SSL3_AD_CERTIFICATE_EXPIRED: "refused our certificate as expired or not yet valid"
            case SSL3_AD_CERTIFICATE_UNKNOWN: "did not accept our certificate"
            case TLS1_AD_UNKNOWN_CA: "does not trust the authority of our certificate"
            case TLS13_AD_CERTIFICATE_REQUIRED: "requires a certificate and we sent none"
            case TLS1_AD_NO_APPLICATION_PROTOCOL: "does not speak \(application)"
            case TLS1_AD_PROTOCOL_VERSION: "does not accept TLS 1.3"
            case SSL3_AD_HANDSHAKE_FAILURE: "found no TLS parameters in common with us"
            case TLS1_AD_UNRECOGNIZED_NAME: "does not know the name that was asked for"
            case TLS1_AD_ACCESS_DENIED: "denied access"
            case TLS1_AD_USER_CANCELLED: "cancelled the connection"
            default: "ended the connection"
            }
        let name = SSL_alert_desc_string_long(alert).map { String(cString: $0) } ?? "unknown"
        return TLSError(.refusedByPeer, "the \(peer) \(meaning) (alert \(alert), \(name))")
    }

    /// A certificate check's failure.
    ///
    /// - Parameters:
    ///   - code: one of OpenSSL's X509_V_ERR codes
    ///   - depth: 0 for the peer's own certificate, more for those that vouch for it
    ///   - isServer: our side's role
    ///   - dates: the validity of the certificate in question, if known
    static func verification(code: Int32, depth: Int32, isServer: Bool, dates: ClosedRange<Int64>?) -> TLSError {
        let peer = isServer ? "client" : "server"
        let whose = depth == 0 ? "the \(peer)'s certificate" : "a certificate above the \(peer)'s"
        switch code {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return TLSError(.unknownAuthority, "the \(peer)'s certificate is signed by an unknown authority")
        case X509_V_ERR_CERT_HAS_EXPIRED:
            let when = dates.map { " on \(UnixTime.text($0.upperBound))" } ?? ""
            return TLSError(.expired, "\(whose) expired\(when)")
        case X509_V_ERR_CERT_NOT_YET_VALID:
            let when = dates.map { " before \(UnixTime.text($0.lowerBound))" } ?? " yet"
            return TLSError(.notYetValid, "\(whose) is not valid\(when); is a clock wrong?")
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            return TLSError(.nameMismatch, "the server's certificate is for other names than the one dialled")
        case X509_V_ERR_INVALID_PURPOSE:
            return TLSError(.wrongPurpose, "\(whose) is not meant for a \(peer) (extended key usage)")
        case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL:
            return TLSError(
                .weakKey, "\(whose) has a key that is too weak (use ECDSA over P-256, or RSA from 2048 bits)")
        case X509_V_ERR_CA_MD_TOO_WEAK:
            return TLSError(.weakKey, "\(whose) is signed with a hash that is too weak")
        default:
            let text = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
            return TLSError(.badCertificate, "\(whose) was not accepted: \(text)")
        }
    }
}
