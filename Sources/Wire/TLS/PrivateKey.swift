import COpenSSL

/// A private key; new ones are for ECDSA over P-256, those read from PEM may be of any kind that OpenSSL knows.
///
/// It never prints itself: only `pem()` gives the secret away.
public final class PrivateKey: @unchecked Sendable {
    // Safe because the key is never changed after init, and OpenSSL counts references to it atomically.
    let pointer: OpaquePointer

    private init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }

    /// A new random key for ECDSA over P-256.
    public static func generate() throws(TLSError) -> PrivateKey {
        PrivateKey(adopting: try openSSLPointer("generating a P-256 key") { shim_EVP_EC_gen("P-256") })
    }

    /// Reads a key from PEM text. An encrypted key is refused rather than a passphrase asked for.
    public convenience init(pem: [UInt8]) throws(TLSError) {
        let bio = try MemoryBIO(pem)
        OpenSSLErrors.clear()
        // Without a callback OpenSSL would ask for a passphrase on the terminal.
        guard let key = PEM_read_bio_PrivateKey(bio.bio, nil, { _, _, _, _ in -1 }, nil) else {
            OpenSSLErrors.clear()
            let encrypted = String(decoding: pem, as: UTF8.self).contains("ENCRYPTED")
            throw TLSError(
                .configuration,
                encrypted
                    ? "the private key is encrypted; give one without a passphrase" : "not a private key in PEM form")
        }
        self.init(adopting: key)
    }

    /// The key as PEM text (PKCS #8, not encrypted).
    public func pem() throws(TLSError) -> [UInt8] {
        let bio = try MemoryBIO()
        let target = bio.bio
        try openSSLCheck("writing a private key") {
            PEM_write_bio_PKCS8PrivateKey(target, pointer, nil, nil, 0, nil, nil)
        }
        return bio.bytes()
    }
}
