import Glibc
import Messages

/// Where a journal's bytes are. Its calls block; use it from one thread at a time.
protocol JournalStorage: AnyObject {
    /// Appends encoded records, and has them on disk when it returns if `isFlushed`.
    func append(_ bytes: [UInt8], isFlushed: Bool) throws(JournalError)

    /// Replaces everything in one step: after a crash there is the old or the new, never anything between.
    func replace(with records: [BotsV1.JournalRecord]) throws(JournalError)
}

/// A journal's file: appended to and flushed, cut at a torn end when opened, replaced whole when compacted. Its calls
/// block; use it from one thread at a time.
final class JournalFile: JournalStorage {
    private let directory: String
    private var path: String { directory + "/journal" }
    private let lock: Int32
    private var file: Int32 = -1

    /// Opens or makes `DIRECTORY/journal`. A torn end is cut off.
    ///
    /// - Parameter newJournal: the id of a journal that must be made.
    static func open(
        directory: String, newJournal: () -> String
    ) throws(JournalError) -> (file: JournalFile, recovered: RecoveredJournal) {
        try makeDirectory(directory)
        let file = JournalFile(directory: directory, lock: try takeLock(directory))
        return (file, try file.load(newJournal: newJournal))
    }

    private init(directory: String, lock: Int32) {
        self.directory = directory
        self.lock = lock
    }

    private static func takeLock(_ directory: String) throws(JournalError) -> Int32 {
        let lock = openFile(directory + "/lock", O_RDWR | O_CREAT)
        guard lock >= 0 else { throw .io("open", directory + "/lock", errno: errno) }
        if flock(lock, LOCK_EX | LOCK_NB) == 0 { return lock }
        let code = errno
        close(lock)
        guard code == EWOULDBLOCK else { throw .io("lock", directory, errno: code) }
        throw JournalError(.inUse, "the journal \(directory) is in use by another robot's process")
    }

    deinit {
        if file >= 0 { close(file) }
        close(lock)
    }

    private func load(newJournal: () -> String) throws(JournalError) -> RecoveredJournal {
        file = Self.openFile(path, O_RDWR)
        if file < 0, errno != ENOENT { throw .io("open", path, errno: errno) }
        if file >= 0 {
            let bytes = try readAll()
            let (records, length) = JournalFormat.decode(bytes)
            if let recovered = RecoveredJournal(records) {
                if length < bytes.count {
                    guard JournalFormat.isTorn(bytes, at: length) else {
                        throw JournalError(
                            .damaged,
                            """
                            \(path) is damaged at byte \(length), with whole records after it: what the robot did is not \
                            known. Have a person look, and move it away to begin a new one
                            """)
                    }
                    guard ftruncate(file, off_t(length)) == 0, fsync(file) == 0 else {
                        throw .io("cut the torn end of", path, errno: errno)
                    }
                }
                guard lseek(file, 0, SEEK_END) >= 0 else { throw .io("seek in", path, errno: errno) }
                return recovered
            }
            // A new journal is put in place by a rename, after its flush: it is never torn at its beginning.
            throw JournalError(
                .damaged, "\(path) is not a robot's journal, or is damaged: move it away to begin a new one")
        }
        let recovered = RecoveredJournal(journal: newJournal())
        try replace(with: recovered.compacted(keeping: { _ in true }).records)
        return recovered
    }

    func append(_ bytes: [UInt8], isFlushed: Bool) throws(JournalError) {
        try Self.write(bytes, to: file, path)
        if isFlushed, fdatasync(file) != 0 { throw .io("flush", path, errno: errno) }
    }

    /// Replaces the file in one step: before a crash it is the old one, after it the new one, never anything between.
    func replace(with records: [BotsV1.JournalRecord]) throws(JournalError) {
        let next = path + ".new"
        let new = Self.openFile(next, O_RDWR | O_CREAT | O_TRUNC)
        guard new >= 0 else { throw .io("make", next, errno: errno) }
        var isInPlace = false
        defer { if !isInPlace { close(new) } }
        try Self.write(records.flatMap(JournalFormat.encode), to: new, next)
        guard fsync(new) == 0 else { throw .io("flush", next, errno: errno) }
        guard rename(next, path) == 0 else { throw .io("rename", next, errno: errno) }
        isInPlace = true
        if file >= 0 { close(file) }
        file = new
        try Self.flushDirectory(directory)
    }

    // MARK: The system's calls

    private static func openFile(_ path: String, _ flags: Int32) -> Int32 {
        Glibc.open(path, flags | O_CLOEXEC, 0o600)
    }

    private func readAll() throws(JournalError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .io("read", path, errno: errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(JournalError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { writeSome(file, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .io("write", path, errno: errno) }
            offset += count
        }
    }

    private static func writeSome(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        Glibc.write(file, bytes.baseAddress, bytes.count)
    }

    private static func makeDirectory(_ path: String) throws(JournalError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST { throw .io("make the folder", made, errno: errno) }
        }
    }

    private static func flushDirectory(_ path: String) throws(JournalError) {
        let folder = openFile(path, O_RDONLY)
        guard folder >= 0 else { throw .io("open", path, errno: errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw .io("flush", path, errno: errno) }
    }
}
