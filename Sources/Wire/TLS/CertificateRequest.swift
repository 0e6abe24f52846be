import COpenSSL

/// A request for a certificate (PKCS #10, RFC 2986): a public key, and proof that who asks has the private one, which never
/// leaves its robot.
public final class CertificateRequest: @unchecked Sendable {
    // Safe because the request is never changed after init.
    private let pointer: OpaquePointer

    private init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { X509_REQ_free(pointer) }

    /// Reads a request from PEM text.
    ///
    /// - Throws: `TLSError` if there is none, its proof is wrong, or its key too weak for a handshake.
    public convenience init(pem: [UInt8]) throws(TLSError) {
        let bio = try MemoryBIO(pem)
        OpenSSLErrors.clear()
        guard let request = PEM_read_bio_X509_REQ(bio.bio, nil, nil, nil) else {
            OpenSSLErrors.clear()
            throw TLSError(.configuration, "not a certificate request in PEM form")
        }
        self.init(adopting: request)
        let key = try publicKey()
        OpenSSLErrors.clear()
        guard X509_REQ_verify(request, key) == 1 else {
            OpenSSLErrors.clear()
            throw TLSError(.configuration, "the request is not signed with the private half of its key")
        }
        // As in `TLSContext`: what is weaker is refused in every handshake.
        guard EVP_PKEY_get_security_bits(key) >= 112 else {
            throw TLSError(.weakKey, "the key is too weak: ECDSA over P-256, or RSA with 2048 bits, is the least")
        }
    }

    /// Reads a request from a file.
    ///
    /// - Throws: `TLSError` naming the file.
    public convenience init(file: String) throws(TLSError) {
        let bytes = try CredentialFiles.read(file)
        do throws(TLSError) {
            try self.init(pem: bytes)
        } catch {
            throw TLSError(error.reason, "\(file): \(error.message)")
        }
    }

    /// The key, which belongs to the request.
    func publicKey() throws(TLSError) -> OpaquePointer {
        try openSSLPointer("reading a request's key") { X509_REQ_get0_pubkey(pointer) }
    }
}
