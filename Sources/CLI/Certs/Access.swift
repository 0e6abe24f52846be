import Foundation
import Glibc

/// Whether this user may do in a folder what is asked, and who could.
enum Access {
    /// A folder that does not exist is nobody's fault here.
    ///
    /// - Throws: `Failure` naming the folder, its owner and what to do.
    static func check(_ path: String, toChange: Bool) throws {
        var info = stat()
        guard stat(path, &info) == 0 else {
            guard errno == EACCES else { return }
            throw Failure("\(path) is out of reach for \(name(geteuid())): run this as the user who runs the mall")
        }
        guard info.st_mode & S_IFMT == S_IFDIR else { throw Failure("\(path) is not a folder") }
        let owner = name(info.st_uid)
        guard access(path, toChange ? R_OK | W_OK | X_OK : R_OK | X_OK) == 0 else {
            throw Failure(
                "\(path) is closed to \(name(geteuid())), it belongs to \(owner): run `sudo -u \(owner) mallbots ...`")
        }
        // What root makes, its owner's server could not read.
        guard !toChange || geteuid() != 0 || info.st_uid == 0 else {
            throw Failure(
                """
                \(path) belongs to \(owner), whose server could not read what root makes there: \
                run `sudo -u \(owner) mallbots ...`
                """)
        }
    }

    private static func name(_ user: uid_t) -> String {
        // Safe because the entry is copied before anything else asks for one; this runs on one thread only.
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "user \(user)"
    }
}
