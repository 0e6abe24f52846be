/// What one side shows of itself: its certificate, those that lead from it to the authority, and its private key.
public struct TLSCredentials: Sendable {
    /// The certificate of the robot, service or server itself.
    public let certificate: Certificate
    /// Certificates between it and the authority, nearest first; usually none.
    public let intermediates: [Certificate]
    /// The certificate's private key.
    public let key: PrivateKey

    /// Puts a certificate and its key together.
    ///
    /// - Throws: `TLSError` if the key is another certificate's.
    public init(certificate: Certificate, intermediates: [Certificate] = [], key: PrivateKey) throws(TLSError) {
        guard certificate.matches(key) else {
            throw TLSError(.configuration, "the private key does not belong to the certificate")
        }
        self.certificate = certificate
        self.intermediates = intermediates
        self.key = key
    }

    /// Reads both from PEM text; the certificate comes first in its text, the intermediates after it.
    public init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TLSError) {
        let chain = try Certificate.all(pem: certificatePEM)
        try self.init(certificate: chain[0], intermediates: Array(chain.dropFirst()), key: PrivateKey(pem: keyPEM))
    }
}
