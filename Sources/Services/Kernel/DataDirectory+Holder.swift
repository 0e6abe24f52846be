import Glibc

extension DataDirectory {
    static func lockFile(in folder: String) -> String { "\(folder)/lock" }

    /// The process that has a folder's lock; nil if none has, or none that can be seen from here, such as one in another
    /// container.
    ///
    /// The number in the file may be that of a process long gone, which the system has given to another; so the process
    /// must have the very file open. The lock itself is left alone: who tried it would keep a server from starting just
    /// then.
    public static func holder(of folder: String) -> Int32? {
        let descriptor = Glibc.open(lockFile(in: folder), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var file = stat()
        guard fstat(descriptor, &file) == 0, let process = processID(in: descriptor) else { return nil }
        return hasOpen(file, process, besides: process == getpid() ? "\(descriptor)" : nil) ? process : nil
    }

    static func processID(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard let line = bytes.prefix(max(0, count)).split(separator: 0x0A).first else { return nil }
        return Int32(String(decoding: line, as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
    }

    private static func hasOpen(_ file: stat, _ process: Int32, besides own: String?) -> Bool {
        let folder = "/proc/\(process)/fd"
        guard let directory = opendir(folder) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            // Safe because the name ends with a NUL within the entry, which lives until the next call; this copies it.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
                    String(cString: $0)
                }
            }
            var other = stat()
            guard name != ".", name != "..", name != own, stat("\(folder)/\(name)", &other) == 0 else { continue }
            if other.st_dev == file.st_dev, other.st_ino == file.st_ino { return true }
        }
        return false
    }
}
