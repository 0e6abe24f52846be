import Foundation

/// What is where in a data directory.
struct Folders: Sendable {
    /// Absolute.
    let root: String

    init(_ path: String) {
        root = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The certificate authority, certificates and keys.
    var tls: String { root + "/tls" }
    /// The journals of robots emulated on this machine.
    var bots: String { root + "/bots" }
}
