import Wire

/// What was issued, for a person and as JSON. Pure.
struct NewCertificate: Sendable {
    let holder: CertificateHolder
    let certificate: Certificate
    let file: String
    /// nil: its holder has it.
    let keyFile: String?
    /// What its holder needs besides.
    let authorityFile: String

    struct Line: Encodable {
        let identity: String
        let uri: String?
        let serial: String
        let validFrom: String?
        let validUntil: String?
        let certificate: String
        let key: String?
        let authority: String
    }

    var line: Line {
        Line(
            identity: holder.description, uri: try? certificate.identity().uri, serial: certificate.serial,
            validFrom: certificate.validity.map { UnixTime.machineText($0.lowerBound) },
            validUntil: certificate.validity.map { UnixTime.machineText($0.upperBound) },
            certificate: file, key: keyFile, authority: authorityFile)
    }

    /// One as a card, several as a table.
    static func text(_ all: [NewCertificate]) -> String {
        guard all.count != 1 else { return all[0].card }
        var table = Table(columns: [.init("WHO"), .init("SERIAL"), .init("UNTIL"), .init("CERTIFICATE"), .init("KEY")])
        table.rows = all.map { new in
            [
                .init(new.holder.description), .init(new.certificate.serial),
                .init(new.certificate.validity.map { UnixTime.date($0.upperBound) } ?? "?"),
                .init(new.file), .init(new.keyFile ?? ""),
            ]
        }
        return table.lines().joined(separator: "\n")
    }

    private var card: String {
        """
        \(holder) is \((try? certificate.identity().uri) ?? "?"), until \
        \(UnixTime.text(certificate.validity?.upperBound ?? 0))
          certificate  \(file)
          key          \(keyFile.map { "\($0)   (mode 600: only its holder may have it)" } ?? "its holder's own")
          authority    \(authorityFile)   (by which its holder knows the mall)
          serial       \(certificate.serial)
        """
    }
}
