import Wire

/// All that is known of a certificate, for a person and as JSON. Pure.
struct CertificateCard: Sendable {
    private let identity: String?
    private let uri: String?
    private let serial: String
    private let validity: ClosedRange<Int64>?
    private let state: CertificateState
    private let revoked: RevocationList.Entry?
    /// nil: the certificate itself is not at hand.
    private let details: CertificateDetails?
    private let isAuthority: Bool
    private let file: String?

    /// A certificate whose file is at hand.
    init(
        _ certificate: Certificate, holder: CertificateHolder? = nil, file: String, state: CertificateState,
        revoked: RevocationList.Entry?
    ) {
        let named = try? certificate.identity()
        identity = holder?.description ?? named?.description
        uri = named?.uri
        serial = certificate.serial
        validity = certificate.validity
        self.state = state
        self.revoked = revoked
        details = certificate.details
        isAuthority = certificate.isAuthority
        self.file = file
    }

    /// One that only the account knows.
    init(_ record: CertificateRecord, _ state: CertificateState) {
        identity = record.holder?.description
        uri = nil
        serial = record.serial
        validity = record.validity
        self.state = state
        revoked = record.revoked
        details = nil
        isAuthority = false
        file = nil
    }

    func text(now: Int64) -> String {
        var rows: [(String, String)] = []
        let nobody = details == nil ? "unknown: it is in the revocation list only" : "none that a mall knows"
        rows.append(("identity", isAuthority ? "an authority" : identity ?? nobody))
        rows.append(("serial", serial))
        rows.append(("state", stateText))
        if let validity {
            rows.append(("from", UnixTime.text(validity.lowerBound)))
            rows.append(("until", UnixTime.text(validity.upperBound) + Self.distance(validity.upperBound, now: now)))
        }
        if let details {
            rows.append(("names", details.names.isEmpty ? "none" : details.names.joined(separator: ", ")))
            rows.append(("subject", details.subject))
            rows.append(("issuer", details.issuer))
            rows.append(("key", details.key))
            rows.append(("signature", details.signature))
            if !details.usages.isEmpty { rows.append(("for", details.usages.joined(separator: ", "))) }
            if let id = details.keyID { rows.append(("key id", id)) }
            if let id = details.authorityKeyID { rows.append(("issuer key", id)) }
            rows.append(("sha-256", details.fingerprint))
        }
        rows.append(("file", file ?? "not here: it was replaced, or taken elsewhere; `certs show FILE.pem` shows all"))
        return rows.map { name, value in
            name + String(repeating: " ", count: max(1, 12 - name.count)) + value
        }.joined(separator: "\n")
    }

    private var stateText: String {
        switch state {
        case .revoked(let entry):
            let why = entry.reason == .unspecified ? "" : " (\(entry.reason.rawValue))"
            return "revoked on \(UnixTime.text(entry.since))\(why)"
        case .unknown: return "unknown: not signed by an authority of the mall that --data names"
        default: return state.text
        }
    }

    /// How far away a last second is: " (in 12 days)".
    static func distance(_ end: Int64, now: Int64) -> String {
        let days = (end - now) / 86_400
        if end < now { return " (over)" }
        return days == 0 ? " (within a day)" : " (in \(days) \(days == 1 ? "day" : "days"))"
    }

    struct Line: Encodable {
        let identity: String?
        let uri: String?
        let serial: String
        let state: String
        let validFrom: String?
        let validUntil: String?
        let revokedAt: String?
        let reason: String?
        let isAuthority: Bool
        let names: [String]?
        let subject: String?
        let issuer: String?
        let key: String?
        let signature: String?
        let usages: [String]?
        let keyId: String?
        let authorityKeyId: String?
        let sha256: String?
        let file: String?
    }

    var line: Line {
        Line(
            identity: identity, uri: uri, serial: serial, state: state.word,
            validFrom: validity.map { UnixTime.machineText($0.lowerBound) },
            validUntil: validity.map { UnixTime.machineText($0.upperBound) },
            revokedAt: revoked.map { UnixTime.machineText($0.since) }, reason: revoked?.reason.rawValue,
            isAuthority: isAuthority, names: details?.names, subject: details?.subject, issuer: details?.issuer,
            key: details?.key, signature: details?.signature, usages: details?.usages, keyId: details?.keyID,
            authorityKeyId: details?.authorityKeyID, sha256: details?.fingerprint, file: file)
    }
}
