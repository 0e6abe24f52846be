import Foundation
import Glibc

/// A folder that one process at a time keeps its data in.
///
/// It is made when missing, readable by its owner alone, and locked until ``close()`` or the process's end.
public final class DataDirectory: Sendable {
    public let path: String
    private let lock: Lock

    private init(path: String, lock: Lock) {
        self.path = path
        self.lock = lock
    }

    /// Makes the folder when it is missing, and takes its lock.
    ///
    /// - throws: ``StorageError``: `.inUse` naming the process that has it, `.notAccessible`, `.full`, `.io`.
    public static func open(_ path: String) throws(StorageError) -> DataDirectory {
        let path = URL(fileURLWithPath: path).standardizedFileURL.path
        try make(path)
        return DataDirectory(path: path, lock: try Lock(folder: path))
    }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Opens a service's log, `NAME.log.db`, or begins it.
    public func log(_ name: String, options: SQLiteLogOptions = SQLiteLogOptions()) throws(StorageError)
        -> SQLiteEventLog
    {
        try SQLiteEventLog(path: file("\(name).log.db"), name: name, options: options)
    }

    /// Lets another process have it. Close the logs first.
    public func close() {
        lock.release()
    }

    /// Makes the folder when it is missing, without taking its lock.
    ///
    /// - throws: ``StorageError``: `.notAccessible`, `.full`, `.io`.
    public static func make(_ path: String) throws(StorageError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw StorageError(.notAccessible, "\(path) is not a folder: name another data directory")
            }
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw failure("cannot be made", path, (error as NSError).underlyingErrno ?? errno)
        }
        // The new folder's name must outlive a power cut as surely as the logs in it.
        let parent = Glibc.open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        if parent >= 0 {
            fsync(parent)
            Glibc.close(parent)
        }
    }

    fileprivate static func failure(_ what: String, _ path: String, _ number: Int32) -> StorageError {
        let reason = String(cString: strerror(number))
        return switch number {
        case ENOSPC, EDQUOT:
            StorageError(.full, "the data directory \(path) \(what): \(reason); make room or use another device")
        case EACCES, EPERM, EROFS, ENOTDIR, ENOENT, ENAMETOOLONG, ELOOP:
            StorageError(
                .notAccessible,
                "the data directory \(path) \(what): \(reason); give this user the right to write there, "
                    + "or name another")
        default:
            StorageError(.io, "the data directory \(path) \(what): \(reason)")
        }
    }
}

/// The lock on the folder's file `lock`, whose content is the holder's process id.
private final class Lock: @unchecked Sendable {
    // Safe because the descriptor is set once and closed under the lock.
    private let mutex = NSLock()
    private var descriptor: Int32

    init(folder: String) throws(StorageError) {
        let path = DataDirectory.lockFile(in: folder)
        // Close-on-exec: a child process must not keep the lock.
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataDirectory.failure("cannot be written to", folder, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            defer { Glibc.close(descriptor) }
            guard number == EWOULDBLOCK else { throw DataDirectory.failure("cannot be locked", folder, number) }
            throw StorageError(
                .inUse,
                "the data directory \(folder) is in use by \(Self.holder(descriptor)): stop that, or name another")
        }
        let content = "\(getpid())\n"
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, content, content.utf8.count, 0) == content.utf8.count
        else {
            let number = errno
            Glibc.close(descriptor)
            throw DataDirectory.failure("cannot be written to", folder, number)
        }
    }

    private static func holder(_ descriptor: Int32) -> String {
        DataDirectory.processID(in: descriptor).map { "process \($0)" } ?? "another process"
    }

    func release() {
        mutex.withLock {
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }

    deinit {
        release()
    }
}

extension NSError {
    fileprivate var underlyingErrno: Int32? {
        if domain == NSPOSIXErrorDomain { return Int32(code) }
        return (userInfo[NSUnderlyingErrorKey] as? NSError)?.underlyingErrno
    }
}
