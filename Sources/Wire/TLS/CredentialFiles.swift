import Glibc

// The system's calls, under names that the functions below do not hide.
private func systemRead(_ file: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(file, bytes, count)
}
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
@discardableResult
private func systemClose(_ file: Int32) -> Int32 {
    close(file)
}

/// Reads and writes key and certificate files; every error names its file. Calls block, so not for event loops.
enum CredentialFiles {
    /// Far more than any chain of certificates needs; a larger file is a mistake.
    static let maximumBytes = 1 << 20

    /// A file's bytes, or nil if there is none.
    static func readIfPresent(_ path: String, maximumBytes: Int = maximumBytes) throws(TLSError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return nil }
        guard file >= 0 else { throw failure(path, "cannot be opened") }
        defer { systemClose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= maximumBytes {
            let count = systemRead(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, "cannot be read") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
        throw TLSError(.configuration, "\(path) is too large to be a key or certificate")
    }

    static func read(_ path: String) throws(TLSError) -> [UInt8] {
        guard let bytes = try readIfPresent(path) else {
            throw TLSError(.configuration, "\(path) does not exist")
        }
        return bytes
    }

    /// A secret file's bytes, or nil if there is none; one that strangers could read or change is refused.
    static func readSecretIfPresent(_ path: String) throws(TLSError) -> [UInt8]? {
        guard let bytes = try readIfPresent(path) else { return nil }
        var info = stat()
        guard stat(path, &info) == 0 else { throw failure(path, "cannot be examined") }
        // A group may read it, as secrets mounted for a service are; nobody else, and only the owner may write.
        guard info.st_mode & 0o027 == 0 else { throw openToOthers(path, info) }
        return bytes
    }

    private static func openToOthers(_ path: String, _ info: stat) -> TLSError {
        let mode = String(info.st_mode & 0o777, radix: 8)
        return TLSError(.configuration, "\(path) is open to others (mode \(mode)); run: chmod 600 \(path)")
    }

    /// Reads a private key's file, refusing one that strangers could read or change.
    static func readKey(_ path: String) throws(TLSError) -> PrivateKey {
        guard let bytes = try readSecretIfPresent(path) else {
            throw TLSError(.configuration, "\(path) does not exist")
        }
        return try naming(path) { () throws(TLSError) in try PrivateKey(pem: bytes) }
    }

    static func readCertificates(_ path: String) throws(TLSError) -> [Certificate] {
        let bytes = try read(path)
        return try naming(path) { () throws(TLSError) in try Certificate.all(pem: bytes) }
    }

    /// Puts a file's path in front of an error.
    static func naming<R>(_ path: String, _ body: () throws(TLSError) -> R) throws(TLSError) -> R {
        do {
            return try body()
        } catch {
            throw TLSError(error.reason, "\(path): \(error.message)")
        }
    }

    /// Puts a file in place whole: readers see the old one or the new one, never part of it.
    ///
    /// - Parameter durable: whether to wait until it is on disk; callers that write many call `sync` once instead
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t, durable: Bool) throws(TLSError) {
        let temporary = "\(path).\(getpid()).tmp"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure(temporary, "cannot be created") }
        do throws(TLSError) {
            try writeAll(bytes, to: file, path: temporary)
            // The process's umask may have taken rights away, never given any.
            guard fchmod(file, mode) == 0 else { throw failure(temporary, "cannot be given its permissions") }
            guard !durable || fsync(file) == 0 else { throw failure(temporary, "cannot be flushed to disk") }
            guard rename(temporary, path) == 0 else { throw failure(path, "cannot be put in place") }
            systemClose(file)
        } catch {
            systemClose(file)
            unlink(temporary)
            throw error
        }
        if durable { try syncDirectory(of: path) }
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32, path: String) throws(TLSError) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(path, "cannot be written") }
            done += count
        }
    }

    private static func syncDirectory(of path: String) throws(TLSError) {
        let (directory, handle) = try openDirectory(of: path)
        defer { systemClose(handle) }
        guard fsync(handle) == 0 else { throw failure(directory, "cannot be flushed to disk") }
    }

    /// Runs `body` while no other process does so for a file of the same folder. Not to be nested: it would wait for itself.
    static func locking<R>(directoryOf path: String, _ body: () throws(TLSError) -> R) throws(TLSError) -> R {
        let lock = try lock(directoryOf: path)
        defer { systemClose(lock) }
        return try body()
    }

    /// Waits until no other process has the lock of a file's folder, and takes it. Closing gives it back.
    static func lock(directoryOf path: String) throws(TLSError) -> Int32 {
        let (directory, handle) = try openDirectory(of: path)
        while flock(handle, LOCK_EX) != 0 {
            guard errno == EINTR else {
                defer { systemClose(handle) }
                throw failure(directory, "cannot be locked")
            }
        }
        return handle
    }

    private static func openDirectory(of path: String) throws(TLSError) -> (path: String, handle: Int32) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let handle = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw failure(directory, "cannot be opened") }
        return (directory, handle)
    }

    /// Waits until everything written so far, in any file, is on disk: for many small files far cheaper than one by one.
    static func flushEverything() {
        sync()
    }

    /// Opens a secret file for appending, made with mode 0600 if there is none; one that others may use is refused.
    static func openForAppending(_ path: String) throws(TLSError) -> Int32 {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(path, "cannot be opened") }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & 0o077 == 0 else {
            systemClose(file)
            throw openToOthers(path, info)
        }
        return file
    }

    /// Appends a record to a file, made if there is none. One that was cut short before, by a crash, does not spoil it.
    static func append(_ bytes: [UInt8], to path: String, mode: mode_t, durable: Bool) throws(TLSError) {
        let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure(path, "cannot be opened") }
        defer { systemClose(file) }
        var last: UInt8 = 0x0A
        let size = lseek(file, 0, SEEK_END)
        let isWhole = size <= 0 || pread(file, &last, 1, size - 1) != 1 || last == 0x0A
        // In one call: what several processes append does not mix.
        try writeAll((isWhole ? [] : [0x0A]) + bytes, to: file, path: path)
        guard !durable || fsync(file) == 0 else { throw failure(path, "cannot be flushed to disk") }
    }

    /// The names in a directory; none if there is no such directory.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            // Safe because the name ends with a NUL within the entry, which lives until the next call; this copies it.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
                    String(cString: $0)
                }
            }
            names.append(name)
        }
        return names.sorted()
    }

    /// Appends in one call, so that what several processes append does not mix. What cannot be written is dropped.
    static func append(_ bytes: [UInt8], to file: Int32) {
        _ = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
    }

    static func close(_ file: Int32) {
        systemClose(file)
    }

    /// Makes a directory if there is none; its parent must exist.
    static func makeDirectory(_ path: String, mode: mode_t) throws(TLSError) {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure(path, "cannot be created") }
    }

    private static func failure(_ path: String, _ what: String) -> TLSError {
        TLSError(.configuration, "\(path) \(what): \(String(cString: strerror(errno)))")
    }
}

extension Certificate {
    /// Reads every certificate of a file.
    ///
    /// - Throws: `TLSError` naming the file.
    public static func all(file: String) throws(TLSError) -> [Certificate] {
        try CredentialFiles.readCertificates(file)
    }
}
