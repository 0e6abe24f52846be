import ArgumentParser
import Wire

/// What a command line names: certificates by their holder, one by its serial number, or a file. Pure.
enum CertificateName: Hashable, Sendable {
    case holder(CertificateHolder)
    /// As `Serial.canonical` writes it; perhaps only the first digits.
    case serial(String)
    /// A path.
    case file(String)

    /// How it is written, for usage texts.
    static let usage = "bot ID ... | service NAME ... | server"

    /// Reads a command line's words: `bot b-7 b-8`, `service relay`, `bot/b-7`, `server`, a serial number, a path.
    ///
    /// The words after `bot` or `service` are names, until another of these two.
    static func parse(_ words: [String]) throws(ValidationError) -> [CertificateName] {
        var names: [CertificateName] = []
        var kind: PeerIdentity.Kind?
        var isKindUsed = true
        for word in words {
            if let next = PeerIdentity.Kind(rawValue: word) {
                guard isKindUsed else { throw nothingAfter(kind) }
                (kind, isKindUsed) = (next, false)
            } else if PeerIdentity.Kind.allCases.contains(where: { word.hasPrefix("\($0.rawValue)/") }) {
                names.append(.holder(try holder(word)))
            } else if let kind {
                names.append(.holder(try holder("\(kind.rawValue)/\(word)")))
                isKindUsed = true
            } else {
                names.append(try single(word))
            }
        }
        guard isKindUsed else { throw nothingAfter(kind) }
        return names
    }

    /// The same, where only holders will do.
    static func parseHolders(_ words: [String]) throws(ValidationError) -> [CertificateHolder] {
        var holders: [CertificateHolder] = []
        for name in try parse(words) {
            guard case .holder(let holder) = name else {
                throw ValidationError("name whom the certificate is for: \(usage)")
            }
            guard !holders.contains(holder) else { throw ValidationError("\(holder) is named twice") }
            holders.append(holder)
        }
        return holders
    }

    private static func single(_ word: String) throws(ValidationError) -> CertificateName {
        if word == "server" { return .holder(.server) }
        if word.hasPrefix("spiffe://") {
            throw ValidationError("'\(word)': leave out the trust domain, as in bot/b-7")
        }
        if word.contains("/") || [".pem", ".crt", ".cer", ".key"].contains(where: word.hasSuffix) {
            return .file(word)
        }
        if let serial = Serial.canonical(word) { return .serial(serial) }
        throw ValidationError(
            "'\(word)' is no serial number; for a robot write bot \(word), for a program service \(word)")
    }

    private static func holder(_ text: String) throws(ValidationError) -> CertificateHolder {
        do {
            return try CertificateHolder(text)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private static func nothingAfter(_ kind: PeerIdentity.Kind?) -> ValidationError {
        let kind = kind?.rawValue ?? "bot"
        return ValidationError("'\(kind)' needs a name behind it, as in '\(kind) \(kind == "bot" ? "b-7" : "relay")'")
    }
}

/// Serial numbers as people write them.
enum Serial {
    /// Lower-case hexadecimal without colons, `0x` and leading zeros; nil: it is no number.
    static func canonical(_ text: String) -> String? {
        var digits = text.lowercased().filter { $0 != ":" }
        if digits.hasPrefix("0x") { digits.removeFirst(2) }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        return String(digits.drop { $0 == "0" })
    }
}

extension TLSLedger {
    /// So many digits of a serial number are enough if no other begins with them.
    static var leastSerialDigits: Int { 8 }
    /// One of them may be a leading zero, which a canonical number does not have.
    private static var leastCanonicalDigits: Int { leastSerialDigits - 1 }

    /// The certificate, or one that is only known to be revoked, with this serial number or the one that begins so.
    ///
    /// - Throws: `Failure` if there is none, or several.
    func find(serial: String) throws(Failure) -> CertificateRecord {
        let digits = Serial.canonical(serial) ?? serial
        let known = issued.map(\.serial) + strangers.map(\.serial)
        let canonical = known.map { Serial.canonical($0) ?? $0 }
        var found = known.indices.filter { canonical[$0] == digits }
        if found.isEmpty, digits.count >= Self.leastCanonicalDigits {
            found = known.indices.filter { canonical[$0].hasPrefix(digits) }
        }
        guard let first = found.first else {
            let hint =
                digits.count < Self.leastCanonicalDigits
                ? "give at least its first \(Self.leastSerialDigits) digits"
                : "`mallbots certs list` shows what there is"
            throw Failure("no certificate with the serial number \(serial) was issued here; \(hint)")
        }
        guard found.count == 1 else {
            throw Failure("\(found.count) serial numbers begin with \(serial); give more of its digits")
        }
        return first < issued.count
            ? CertificateRecord(issued[first], self) : CertificateRecord(strangers[first - issued.count])
    }
}
