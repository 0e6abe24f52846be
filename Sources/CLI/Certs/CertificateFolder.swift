import Foundation
import Wire

/// The certificates of a data directory, for a person who looks at them or changes them. Its errors say what to do.
struct CertificateFolder: Sendable {
    /// The data directory as it was given.
    let data: String
    let folders: Folders
    let directory: TLSDirectory
    /// Seconds since 1970.
    let now = Int64(Date().timeIntervalSince1970)

    init(_ option: DataOption) {
        data = option.data
        folders = option.folders
        directory = TLSDirectory(path: folders.tls)
    }

    var hasAuthority: Bool { FileManager.default.fileExists(atPath: directory.authorityFile) }

    /// - Parameters:
    ///   - toChange: whether anything is to be changed here
    ///   - withList: whether the revocation list has to be there: without it, what was revoked looks good
    /// - Throws: `Failure` if there is no authority, or this user may not do it.
    func requireAuthority(toChange: Bool = false, withList: Bool = true) throws {
        try Access.check(folders.root, toChange: false)
        try Access.check(folders.tls, toChange: toChange)
        guard hasAuthority else {
            throw Failure(
                """
                there is no authority in \(data) (no \(directory.authorityFile)): make one with \
                `mallbots certs init --data \(data)`, or name the mall's data directory with --data
                """)
        }
        _ = try authorityCertificates()
        if withList { _ = try revocationLists() }
    }

    /// The revocation lists, whatever their dates.
    func revocationLists() throws -> [RevocationList] {
        do {
            return try directory.revocationLists()
        } catch {
            // Its words are enough when there is none.
            guard error.reason != .staleRevocations else { throw Failure(error.message) }
            throw Failure(
                """
                \(error): bring back a copy of it; without one, move it away, run \
                `mallbots certs init --new-list --data \(data)` and revoke again what had been revoked
                """)
        }
    }

    /// The authorities' certificates, whatever their dates.
    func authorityCertificates() throws -> [Certificate] {
        try explaining { try directory.authorityCertificates() }
    }

    /// What was issued and revoked.
    func ledger() throws -> TLSLedger {
        try explaining { try directory.ledger() }
    }

    /// The authority with its key, to issue and to revoke.
    func authority(withList: Bool = true) throws -> CertificateAuthority {
        try requireAuthority(toChange: true, withList: withList)
        guard FileManager.default.fileExists(atPath: directory.authorityKeyFile) else {
            throw Failure(
                """
                \(directory.authorityKeyFile) does not exist, and nobody issues or revokes without it: bring it back, or run \
                this where it is kept
                """)
        }
        let authority = try explaining { try directory.knownAuthority(now: now) }
        guard let authority else { throw Failure("\(directory.authorityFile) is gone") }
        return authority
    }

    /// Errors of TLS with what a person can do about them.
    func explaining<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as TLSError {
            throw Failure(error.message + advice(for: error))
        }
    }

    private func advice(for error: TLSError) -> String {
        switch error.reason {
        case .expired:
            """
            : nobody accepts what it issued any more. Its key can vouch for a new certificate of the same authority: move \
            ca.pem away, run `mallbots certs init --data \(data)` with the same --trust-domain, and give the new ca.pem to \
            every robot (docs/certificates.md)
            """
        case .staleRevocations where FileManager.default.fileExists(atPath: directory.revocationFile):
            """
            ; if it is not an old copy, `mallbots certs init --new-list --data \(data)` signs it anew with all that it revokes
            """
        default: ""
        }
    }

    /// Says on standard error what of the account cannot be read.
    func noteDamage(of ledger: TLSLedger) {
        guard !ledger.damagedLines.isEmpty else { return }
        let lines = ledger.damagedLines.prefix(5).map { "\($0)" }.joined(separator: ", ")
        let more = ledger.damagedLines.count > 5 ? " and \(ledger.damagedLines.count - 5) more" : ""
        Output.note(
            """
            \(directory.ledgerFile): line \(lines)\(more) cannot be read, so a certificate may be missing here. A line that \
            was cut short by a crash can be deleted; otherwise bring back a copy of the file. A certificate that is not in \
            it can be revoked by its file: mallbots certs revoke FILE.pem
            """)
    }
}
