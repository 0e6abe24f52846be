import COpenSSL

/// Tokens that nobody guesses, and what is kept of them.
enum Secrets {
    /// 256 random bits in base64url's letters, digits, '-' and '_'.
    static func token() -> String {
        var random = SystemRandomNumberGenerator()
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return String((0..<43).map { _ in letters[Int.random(in: 0..<64, using: &random)] })
    }

    /// SHA-256 of a token, in hexadecimal. A token is too long to be guessed from it, so it needs no salt and no work.
    static func hash(of token: String) -> String {
        let bytes = Array(token.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        let done = EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil)
        precondition(done == 1 && count == 32, "libcrypto has no SHA-256")
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Takes as long for any two of the same length.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }
}
