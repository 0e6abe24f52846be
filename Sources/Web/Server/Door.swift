/// Who is in, and who may come in: a gateway's connections by where they come from and how far they have got.
///
/// A connection arrives until its first request is there, the TLS handshake included. When too many are arriving, one
/// that takes longer than any honest one gives way, so that peers who open connections and say nothing do not keep
/// others out.
struct Door {
    enum Refusal: Error {
        case tooMany
        case tooManyFromAddress
        case tooManyArriving
    }

    struct Admission: Hashable {
        let ticket: UInt64
        /// A connection that is to be closed, to make room for this one.
        let displaced: UInt64?
    }

    private struct Guest {
        var address: String?
        var since: Duration
    }

    private let limits: WebLimits
    private var guests: [UInt64: Guest] = [:]
    private var byAddress: [String: Int] = [:]
    private var arriving: Set<UInt64> = []
    /// Nobody who is arriving has a lower ticket.
    private var oldest: UInt64 = 0
    private var next: UInt64 = 0

    init(limits: WebLimits) {
        self.limits = limits
    }

    var count: Int { guests.count }

    /// - Parameters:
    ///   - address: what the connection is counted by; nil: by nothing, as for this machine's own, such as a proxy
    ///   - now: since any origin
    mutating func admit(from address: String?, now: Duration) throws(Refusal) -> Admission {
        guard guests.count < limits.maxConnections else { throw .tooMany }
        if let address, byAddress[address, default: 0] >= limits.maxConnectionsPerAddress {
            throw .tooManyFromAddress
        }
        var displaced: UInt64?
        if arriving.count >= limits.maxArriving {
            displaced = slowest(now: now)
            guard let displaced else { throw .tooManyArriving }
            arriving.remove(displaced)
        }
        let ticket = next
        next += 1
        guests[ticket] = Guest(address: address, since: now)
        arriving.insert(ticket)
        if let address { byAddress[address, default: 0] += 1 }
        return Admission(ticket: ticket, displaced: displaced)
    }

    /// Its first request is there.
    mutating func arrived(_ ticket: UInt64) { arriving.remove(ticket) }

    /// It is gone.
    mutating func left(_ ticket: UInt64) {
        guard let guest = guests.removeValue(forKey: ticket) else { return }
        arriving.remove(ticket)
        guard let address = guest.address, let count = byAddress[address] else { return }
        byAddress[address] = count == 1 ? nil : count - 1
    }

    private mutating func slowest(now: Duration) -> UInt64? {
        while oldest < next, !arriving.contains(oldest) { oldest += 1 }
        guard let guest = guests[oldest], guest.since + limits.arrivalPatience <= now else { return nil }
        return oldest
    }
}
