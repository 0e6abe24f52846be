// What a person has a folder do, one at a time.
extension TLSDirectory {
    /// Runs `body` while no other process issues or revokes here, so that what it reads in the ledger stays so. What the
    /// folder does by itself, such as renewing, waits; so `body` is to be short, and must not call the folder's own methods
    /// that issue or revoke, which would wait for it.
    public func exclusively<R>(_ body: (Editing) throws -> R) throws -> R {
        let lock = try CredentialFiles.lock(directoryOf: authorityFile)
        defer { CredentialFiles.close(lock) }
        return try body(Editing(directory: self))
    }

    /// A certificate that is wanted.
    public struct Order: Sendable {
        public var holder: CertificateHolder
        /// How long it is to last; nil: as long as is usual.
        public var days: Int64?
        /// A server's host names and IP addresses.
        public var hosts: [String]
        /// A robot's or program's own key; nil: a new one is made, and written to `files.key`.
        public var request: CertificateRequest?
        /// Where its files go.
        public var files: Files

        public init(
            holder: CertificateHolder, days: Int64? = nil, hosts: [String] = [], request: CertificateRequest? = nil,
            files: Files
        ) {
            self.holder = holder
            self.days = days
            self.hosts = hosts
            self.request = request
            self.files = files
        }
    }

    /// The paths of a certificate and its key.
    public struct Files: Hashable, Sendable {
        public var certificate: String
        public var key: String
    }

    /// Where a holder's files are in another folder, for a robot to take along: `ID.pem`, `ID.key`.
    public static func files(of holder: CertificateHolder, takenTo folder: String) -> Files {
        let name = holder.file.split(separator: "/").last ?? ""
        return Files(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
    }

    /// What may be changed while nobody else does.
    public struct Editing {
        let directory: TLSDirectory

        /// More than this many files are flushed together.
        private static let manyFiles = 16

        /// What was issued and revoked up to now.
        public func ledger() throws(TLSError) -> TLSLedger { try directory.ledger() }

        /// Issues certificates, whatever their holders have. All are made before the first is written.
        ///
        /// - Parameter name: the service that a server's certificate names
        public func issue(
            _ orders: [Order], serverName name: String, by authority: CertificateAuthority, now: Int64
        ) throws(TLSError) -> [Certificate] {
            try directory.requireCurrentList(of: authority, now: now)
            var made: [Issue] = []
            for order in orders { made.append(try authority.issue(order, serverName: name, now: now)) }
            let isDurable = orders.count <= Self.manyFiles
            for order in orders where order.files == directory.files(of: order.holder) {
                try directory.makeFolder(of: order.holder)
            }
            // An account of what does not exist does no harm; the other way round, someone could not be shut out.
            try directory.note(zip(orders, made).map { IssuedCertificate($1.certificate, $0.holder) }, durable: true)
            for (order, issue) in zip(orders, made) {
                try TLSDirectory.write(issue.key, issue.certificate, to: order.files, durable: isDurable)
            }
            if !isDurable { CredentialFiles.flushEverything() }
            return made.map(\.certificate)
        }

        /// Revokes certificates by their serial numbers; those that are revoked already stay as they are.
        ///
        /// - Returns: the new list
        public func revoke(
            serials: [String], reason: RevocationReason, by authority: CertificateAuthority, now: Int64
        ) throws(TLSError) -> RevocationList {
            try directory.requireCurrentList(of: authority, now: now)
            return try directory.changeList(by: authority, now: now) { (entries: inout [RevocationList.Entry]) in
                let known = Set(entries.map(\.serial))
                entries += serials.filter { !known.contains($0) }.map {
                    RevocationList.Entry(serial: $0, since: now, reason: reason)
                }
                return true
            }
        }
    }

    /// Puts a copy of the authority's certificates, which a robot needs, beside its own files.
    ///
    /// - Parameter replacing: whether another file of that name, such as an older copy, gives way
    /// - Returns: the copy's path
    public func copyAuthority(to folder: String, replacing: Bool) throws(TLSError) -> String {
        let copy = "\(folder)/ca.pem"
        let bytes = try CredentialFiles.read(authorityFile)
        let there = try CredentialFiles.readIfPresent(copy)
        if there == bytes { return copy }
        guard there == nil || replacing else {
            throw TLSError(
                .configuration, "\(copy) is not a copy of \(authorityFile); move it away, or replace it with --renew")
        }
        try CredentialFiles.makeDirectory(folder, mode: 0o700)
        try CredentialFiles.write(bytes, to: copy, mode: 0o644, durable: true)
        return copy
    }
}

/// What an order became; a key only if it was made here.
private struct Issue {
    var certificate: Certificate
    var key: PrivateKey?

    init(_ credentials: TLSCredentials) {
        certificate = credentials.certificate
        key = credentials.key
    }

    init(_ certificate: Certificate) {
        self.certificate = certificate
    }
}

extension CertificateAuthority {
    fileprivate func issue(_ order: TLSDirectory.Order, serverName: String, now: Int64) throws(TLSError) -> Issue {
        let days = order.days
        switch (order.holder, order.request) {
        case (.server, _):
            return Issue(
                try issueServer(name: serverName, hosts: order.hosts, days: days ?? Self.serverLifetimeDays, now: now))
        case (.bot(let id), nil):
            return Issue(try issueBot(id: id, days: days ?? Self.clientLifetimeDays, now: now))
        case (.service(let name), nil):
            return Issue(try issueService(name: name, days: days ?? Self.clientLifetimeDays, now: now))
        case (.bot(let id), let request?):
            return Issue(try issue(.bot, id, for: request, days: days ?? Self.clientLifetimeDays, now: now))
        case (.service(let name), let request?):
            return Issue(try issue(.service, name, for: request, days: days ?? Self.clientLifetimeDays, now: now))
        }
    }
}
