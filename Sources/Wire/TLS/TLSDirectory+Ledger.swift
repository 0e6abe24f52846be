// What was issued, by the folder's own account and by its files.
extension TLSDirectory {
    /// Everything that was issued and revoked. Dates and signatures are not looked at.
    public func ledger() throws(TLSError) -> TLSLedger {
        var issued: [IssuedCertificate] = []
        var damaged: [Int] = []
        if let bytes = try CredentialFiles.readIfPresent(ledgerFile, maximumBytes: 1 << 30) {
            let lines = String(decoding: bytes, as: UTF8.self).split(
                separator: "\n" as Character, omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() where !line.isEmpty {
                if let certificate = IssuedCertificate(line: line) {
                    issued.append(certificate)
                } else {
                    damaged.append(number + 1)
                }
            }
        }
        let known = Set(issued.map(\.serial))
        // Folders made before there was an account have files only.
        var older: [IssuedCertificate] = []
        for holder in holdersWithFiles {
            let file = files(of: holder).certificate
            guard let certificate = try? CredentialFiles.readCertificates(file)[0],
                !known.contains(certificate.serial)
            else { continue }
            older.append(IssuedCertificate(certificate, holder))
        }
        let lists =
            try CredentialFiles.readIfPresent(revocationFile, maximumBytes: 1 << 30) == nil ? [] : revocationLists()
        return TLSLedger(issued: older + issued, revoked: lists.flatMap(\.entries), damagedLines: damaged)
    }

    /// Adds to the account.
    func note(_ certificates: [IssuedCertificate], durable: Bool) throws(TLSError) {
        let lines = certificates.map(\.line).joined()
        try CredentialFiles.append(Array(lines.utf8), to: ledgerFile, mode: 0o600, durable: durable)
    }

    private var holdersWithFiles: [CertificateHolder] {
        func names(_ folder: String) -> [String] {
            CredentialFiles.names(in: "\(path)/\(folder)").filter { $0.hasSuffix(".pem") }.map {
                String($0.dropLast(4))
            }
        }
        return [.server] + names("bots").map { .bot($0) } + names("services").map { .service($0) }
    }
}
