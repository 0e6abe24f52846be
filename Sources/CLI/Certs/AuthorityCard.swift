import Wire

/// The authority of a mall, its revocation list and what there is of it, for a person and as JSON. Pure.
struct AuthorityCard: Sendable {
    /// The one that issues first.
    let authorities: [Certificate]
    let lists: [RevocationList]
    let listing: CertificateListing
    let files: TLSDirectory
    /// The process that runs on the data directory, if that can be seen.
    let server: Int32?

    private func list(of authority: Certificate) -> RevocationList? {
        lists.filter { $0.isSigned(by: authority) }.max { ($0.number ?? 0) < ($1.number ?? 0) }
    }

    func text(now: Int64) -> String {
        var lines: [String] = []
        for (position, authority) in authorities.enumerated() {
            let details = authority.details
            lines.append("authority   \(details.subject)\(position == 0 ? "" : "  (trusted, but does not issue here)")")
            lines.append("serial      \(authority.serial)")
            let end = authority.validity?.upperBound ?? 0
            lines.append("until       \(UnixTime.text(end))\(CertificateCard.distance(end, now: now))")
            lines.append("sha-256     \(details.fingerprint)")
            if let list = list(of: authority) {
                let next = list.validity.upperBound
                let number = list.number.map { " \($0)" } ?? ""
                lines.append(
                    """
                    list       \(number), revokes \(list.entries.count), until \
                    \(UnixTime.text(next))\(CertificateCard.distance(next, now: now))
                    """)
            } else {
                lines.append("list        none: nobody whom it vouches for is let in")
            }
            lines.append("")
        }
        let good = listing.rows.count { $0.state.isGood }
        lines.append("issued      \(listing.rows.count), of which \(good) are let in; `mallbots certs list` shows them")
        lines.append("folder      \(files.path)")
        lines.append("server      \(server.map { "process \($0)" } ?? "none seen")")
        return lines.joined(separator: "\n")
    }

    struct Line: Encodable {
        struct Authority: Encodable {
            let subject: String
            let serial: String
            let validUntil: String?
            let sha256: String
            let listNumber: UInt64?
            let listUntil: String?
            let revoked: Int?
        }
        let authorities: [Authority]
        let issued: Int
        let good: Int
        let folder: String
        let serverProcess: Int32?
    }

    var line: Line {
        Line(
            authorities: authorities.map { authority in
                let list = list(of: authority)
                return Line.Authority(
                    subject: authority.details.subject, serial: authority.serial,
                    validUntil: authority.validity.map { UnixTime.machineText($0.upperBound) },
                    sha256: authority.fingerprint, listNumber: list?.number,
                    listUntil: list.map { UnixTime.machineText($0.validity.upperBound) }, revoked: list?.entries.count)
            }, issued: listing.rows.count, good: listing.rows.count { $0.state.isGood }, folder: files.path,
            serverProcess: server)
    }
}
