import Glibc

/// A TCP port of this machine that is ours and at which nothing listens: who connects to it is refused.
final class DeadPort: Sendable {
    let port: Int
    private let file: Int32

    init() throws {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard file >= 0 else { throw Self.failure("make a socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            // Safe because every address begins as a sockaddr does, and its length is passed along.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, length) == 0 && getsockname(file, $0, &length) == 0
            }
        }
        guard isBound else {
            let failure = Self.failure("bind a socket")
            close(file)
            throw failure
        }
        self.file = file
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(file) }

    private static func failure(_ what: String) -> CaseFailure {
        CaseFailure(why: "cannot \(what): \(String(cString: strerror(errno)))")
    }
}
