import COpenSSL

/// The custom BIO through which OpenSSL reads a connection's inbound buffer and appends to its outbound one.
///
/// Each BIO's data is an unretained pointer to its `TLSConnection`. Safe because the connection's `SSL` owns the BIO and
/// the connection frees the `SSL` in its deinit, so no callback can come after it.
enum ByteBufferBIO {
    // Safe because it is made once, never changed after, and lives as long as the process.
    nonisolated(unsafe) private static let method: OpaquePointer? = makeMethod()

    static func make(for connection: TLSConnection) throws(TLSError) -> OpaquePointer {
        let bio = try openSSLPointer("making a connection's buffers") { BIO_new(method) }
        BIO_set_data(bio, Unmanaged.passUnretained(connection).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static func makeMethod() -> OpaquePointer? {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ByteBuffer") else { return nil }
        BIO_meth_set_write_ex(method) { bio, bytes, count, written in
            guard let bio, let bytes, let written, let connection = ByteBufferBIO.owner(of: bio) else { return 0 }
            connection.append(UnsafeRawBufferPointer(start: bytes, count: count))
            written.pointee = count
            return 1
        }
        BIO_meth_set_read_ex(method) { bio, bytes, count, read in
            guard let bio, let bytes, let read, let connection = ByteBufferBIO.owner(of: bio) else { return 0 }
            shim_BIO_clear_retry_flags(bio)
            read.pointee = connection.takeInbound(into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
            if read.pointee > 0 { return 1 }
            // At the end of input, or when the peer is to be cut off, OpenSSL must not believe that more may come.
            if !connection.inputIsOver { shim_BIO_set_retry_read(bio) }
            return 0
        }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: 1
            case BIO_CTRL_EOF: bio.flatMap(ByteBufferBIO.owner)?.inputIsOver == true ? 1 : 0
            default: 0
            }
        }
        return method
    }

    private static func owner(of bio: OpaquePointer) -> TLSConnection? {
        guard let data = BIO_get_data(bio) else { return nil }
        // Safe because of the lifetimes stated at the top.
        return Unmanaged<TLSConnection>.fromOpaque(data).takeUnretainedValue()
    }
}
