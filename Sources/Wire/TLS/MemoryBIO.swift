import COpenSSL

/// An OpenSSL memory BIO, for turning keys and certificates into PEM text and back.
struct MemoryBIO: ~Copyable {
    let bio: OpaquePointer

    /// An empty one to write to.
    init() throws(TLSError) {
        bio = try openSSLPointer("making a memory buffer") { BIO_new(BIO_s_mem()) }
    }

    /// One that holds a copy of these bytes, to read from.
    init(_ bytes: [UInt8]) throws(TLSError) {
        let target = try openSSLPointer("making a memory buffer") { BIO_new(BIO_s_mem()) }
        let written = bytes.withUnsafeBytes { raw -> Bool in
            guard let base = raw.baseAddress else { return true }
            var count = 0
            return BIO_write_ex(target, base, raw.count, &count) == 1 && count == raw.count
        }
        guard written else {
            BIO_free(target)
            throw TLSError(.configuration, "no memory for \(bytes.count) bytes")
        }
        bio = target
    }

    deinit { BIO_free(bio) }

    /// A copy of what was written.
    borrowing func bytes() -> [UInt8] {
        var data: UnsafeMutablePointer<CChar>?
        let count = shim_BIO_get_mem_data(bio, &data)
        guard let data, count > 0 else { return [] }
        // Safe because the BIO owns `count` bytes at `data` for as long as it lives, and the result is a copy.
        return Array(UnsafeRawBufferPointer(start: data, count: count))
    }
}
