// What was issued, by the folder's own account and by its files.
extension TLSDirectory {
    private var ledgerFile: String { "\(path)/issued.txt" }

    /// Everything that was issued and revoked. Dates and signatures are not looked at.
    public func ledger() throws(TLSError) -> TLSLedger {
        var issued: [IssuedCertificate] = []
        if let bytes = try CredentialFiles.readIfPresent(ledgerFile, maximumBytes: 1 << 30) {
            // A line that was cut short by a crash is of a certificate that was never put in place.
            issued = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
                IssuedCertificate(line: $0)
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
        return TLSLedger(issued: older + issued, revoked: lists.flatMap(\.entries))
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
