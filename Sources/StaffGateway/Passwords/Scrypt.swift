import COpenSSL
import Kernel
import Messages

/// Passwords' hashes, by scrypt (RFC 7914) of libcrypto's EVP_KDF. Each call takes about a tenth of a second and 32 MiB,
/// which is its purpose: never call it on an event loop or on Swift's cooperative threads.
enum Scrypt {
    /// What new hashes are made with: N = 2^15, r = 8, p = 1.
    static let costs = StaffV1.PasswordHash(costExponent: 15, blockSize: 8, parallelism: 1)
    private static let hashBytes = 32
    /// What a stored hash may ask for: 128 * N * r bytes, and some.
    private static let maxMemory: UInt64 = 80 << 20

    /// - Parameter costs: the parameters of this one, instead of new hashes'
    static func hash(_ password: String, salt: [UInt8], costs: StaffV1.PasswordHash = costs) throws(ServiceError)
        -> StaffV1.PasswordHash
    {
        var made = costs
        made.salt = salt
        made.digest = try derive(password, made)
        return made
    }

    static func matches(_ password: String, _ stored: StaffV1.PasswordHash) throws(ServiceError) -> Bool {
        Secrets.areEqual(try derive(password, stored), stored.digest)
    }

    private static func derive(_ password: String, _ parameters: StaffV1.PasswordHash) throws(ServiceError) -> [UInt8] {
        guard (1...20).contains(parameters.costExponent), (1...64).contains(parameters.blockSize),
            (1...16).contains(parameters.parallelism)
        else { throw .internal("a password's hash has parameters that make no sense") }
        var bytes = Array(password.utf8)
        // The array is ours alone, so this is the only copy that can be wiped.
        defer { OPENSSL_cleanse(&bytes, bytes.count) }
        var hash = [UInt8](repeating: 0, count: hashBytes)
        ERR_clear_error()
        // The call is libcrypto's own short form of an EVP_KDF "SCRYPT" with these parameters.
        let done = bytes.withUnsafeBufferPointer { password in
            password.withMemoryRebound(to: CChar.self) { password in
                EVP_PBE_scrypt(
                    password.baseAddress, password.count, parameters.salt, parameters.salt.count,
                    1 << UInt64(parameters.costExponent), UInt64(parameters.blockSize),
                    UInt64(parameters.parallelism), maxMemory, &hash, hash.count)
            }
        }
        guard done == 1 else {
            ERR_clear_error()
            throw .internal("libcrypto could not hash a password: is there too little memory?")
        }
        return hash
    }
}
