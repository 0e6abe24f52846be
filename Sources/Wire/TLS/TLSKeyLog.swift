/// A file that TLS secrets are appended to, for tools such as Wireshark that decode captured traffic.
///
/// Whoever has the file can read what it is of, so it is for debugging only: nothing opens one unless asked to. The
/// format is NSS's, one line a secret. Lines of several connections and processes do not mix. Writing blocks for as long
/// as the disk takes; a line that cannot be written is dropped.
public final class TLSKeyLog: Sendable {
    /// The file's path, as given.
    public let path: String
    private let file: Int32

    /// Opens the file, or makes it with mode 0600.
    ///
    /// - Throws: `TLSError` if it cannot be opened, or if others than its owner may use it.
    public init(path: String) throws(TLSError) {
        self.path = path
        file = try CredentialFiles.openForAppending(path)
    }

    deinit { CredentialFiles.close(file) }

    /// Appends a line, which comes without its end.
    func append(line: String) {
        CredentialFiles.append(Array((line + "\n").utf8), to: file)
    }
}
