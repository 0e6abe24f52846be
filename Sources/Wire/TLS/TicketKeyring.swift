/// The keys that seal session tickets: the one for new tickets, and older ones whose tickets are still about.
///
/// A value: time and fresh keys come in as arguments. All times are seconds since 1970.
struct TicketKeyring: Hashable, Sendable {
    struct Key: Hashable, Sendable {
        var created: Int64
        /// Goes with each ticket, so that its key is found again.
        var name: [UInt8]
        /// For AES-256.
        var cipher: [UInt8]
        /// For HMAC with SHA-256.
        var mac: [UInt8]

        static let nameBytes = 16
        static let secretBytes = 32
    }

    /// How long a session can be resumed, counted from its full handshake, in seconds.
    static let sessionLifetime: Int64 = 12 * 3600
    /// How long a key is known to everyone before tickets are sealed with it: servers that share the keys look at them
    /// each minute.
    static let spread: Int64 = 120
    /// More keys than this are a mistake.
    static let maximumKeys = 64

    /// Newest first.
    private(set) var keys: [Key]

    init(_ keys: [Key]) {
        self.keys = keys.sorted { ($0.created, $0.name.hexadecimal) > ($1.created, $1.name.hexadecimal) }
    }

    /// The key for new tickets: the newest that had time to spread; without one, the oldest.
    func sealing(now: Int64) -> Key? {
        keys.first { $0.created <= now - Self.spread } ?? keys.last
    }

    /// The key of a ticket, if it is still known.
    func opening(_ name: some Collection<UInt8>) -> Key? {
        keys.first { $0.name.elementsEqual(name) }
    }

    /// Whether a new key is due.
    func isDue(every interval: Int64, now: Int64) -> Bool {
        guard let newest = keys.first else { return true }
        return newest.created <= now - interval
    }

    /// Adds a key, and drops those that no ticket can need any more.
    mutating func add(_ key: Key, every interval: Int64, now: Int64) {
        let oldest = now - interval - Self.spread - Self.sessionLifetime
        self = TicketKeyring([key] + keys.filter { $0.created > oldest })
    }
}

// As text: a line for each key, its parts apart by spaces.
extension TicketKeyring {
    var text: String {
        let head = """
            # The keys that seal MallBots' TLS session tickets: creation time, name, cipher key, MAC key. Keep them secret.
            # Servers that share this file resume each other's sessions. If it is deleted, new keys are made.

            """
        return head
            + keys.map { "\($0.created) \($0.name.hexadecimal) \($0.cipher.hexadecimal) \($0.mac.hexadecimal)\n" }
            .joined()
    }

    init(text: String) throws(TLSError) {
        var keys: [Key] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: " ")
            guard parts.count == 4, let created = Int64(parts[0]),
                let name = [UInt8](hexadecimal: parts[1], count: Key.nameBytes),
                let cipher = [UInt8](hexadecimal: parts[2], count: Key.secretBytes),
                let mac = [UInt8](hexadecimal: parts[3], count: Key.secretBytes), keys.count < Self.maximumKeys
            else {
                throw TLSError(.configuration, "line \(number + 1) is damaged; remove the file to have new keys made")
            }
            keys.append(Key(created: created, name: name, cipher: cipher, mac: mac))
        }
        self.init(keys)
    }
}

extension [UInt8] {
    var hexadecimal: String {
        String(decoding: flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// nil unless the text is exactly so many bytes in hexadecimal.
    init?(hexadecimal text: Substring, count: Int) {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count == count * 2 else { return nil }
        self = (0..<count).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
    }
}
