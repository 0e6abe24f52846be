import Wire

/// Whether and for how long someone may have a certificate, given what is there. Pure.
enum IssuePlan {
    /// What the person at the terminal has agreed to.
    enum Consent: Int, Hashable, Comparable, Sendable {
        /// A first certificate.
        case first
        /// Another one for who has one.
        case renewal
        /// Another one even for who was shut out.
        case anything

        static func < (left: Consent, right: Consent) -> Bool { left.rawValue < right.rawValue }
    }

    /// Why a holder is not to have a certificate now, and what to do; nil: it may.
    static func refusal(
        of holder: CertificateHolder, _ ledger: TLSLedger, _ consent: Consent, now: Int64
    ) -> String? {
        if let entry = ledger.isShutOut(holder), consent < .anything {
            let why = entry.reason == .unspecified ? "" : " (\(entry.reason.rawValue))"
            return """
                the last certificate of \(holder) was revoked on \(UnixTime.text(entry.since))\(why), so it is not given \
                another by mistake; if it is to come back, say --force
                """
        }
        if let last = ledger.usable(by: holder, now: now).last, consent < .renewal {
            return """
                \(holder) has a certificate until \(UnixTime.text(last.validity.upperBound)) (\(last.serial)); \
                --renew issues another, and the old one stays good until it is revoked
                """
        }
        return nil
    }

    /// Why files cannot be put where they should go, and what to do; nil: they can.
    static func refusal(ofFilesThatExist files: [String], _ consent: Consent) -> String? {
        guard let first = files.first, consent < .renewal else { return nil }
        let more = files.count > 1 ? " (and \(files.count - 1) more)" : ""
        return "\(first) exists\(more); --renew replaces it, or name another folder with --out"
    }

    /// Why a certificate cannot last so long; nil: it can.
    ///
    /// - Parameter end: the authority's last second
    static func refusal(ofDays days: Int64, authorityEnd end: Int64, now: Int64) -> String? {
        guard now + days * 86_400 > end else { return nil }
        return """
            --days \(days) goes beyond the authority's own last day, \(UnixTime.date(end)); \
            ask for at most \(max(0, (end - now) / 86_400))
            """
    }
}
