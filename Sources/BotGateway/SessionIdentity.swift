import Messages
public import Wire

/// Who may speak on a stream, from the connection's certificate.
struct SessionIdentity: Hashable, Sendable {
    let peer: PeerIdentity?

    /// A robot's certificate names that robot. A relay's is a service's: it carries the calls of many robots, and has
    /// checked each of them itself, so the name in Hello is trusted.
    func refusal(ofBot id: String) -> WireStatus? {
        guard let peer else {
            return WireStatus(.unauthenticated, "a robot needs a client certificate that names it")
        }
        switch peer.kind {
        case .bot where peer.id == id: return nil
        case .service where BotGateway.isRelay(peer): return nil
        case .bot:
            return WireStatus(
                .permissionDenied, "Hello names the robot '\(id)', its certificate names the robot '\(peer.id)'")
        default:
            return WireStatus(.permissionDenied, "Hello names the robot '\(id)', its certificate is \(peer.uri)")
        }
    }
}

extension BotGateway {
    /// Whether this peer may carry the calls of many robots: a service named "relay" or "relay-NAME".
    public static func isRelay(_ peer: PeerIdentity) -> Bool {
        peer.kind == .service && (peer.id == "relay" || peer.id.hasPrefix("relay-"))
    }
}

/// Why a Hello is refused; nil when it is welcome.
func refusal(of hello: BotsV1.Hello, identity: SessionIdentity, limits: GatewayLimits) -> WireStatus? {
    guard isName(hello.botID, maxBytes: limits.maxBotIDBytes) else {
        return WireStatus(
            .invalidArgument,
            "Hello.bot_id must be 1 to \(limits.maxBotIDBytes) letters, digits, '-', '_' or '.'")
    }
    if let status = identity.refusal(ofBot: hello.botID) { return status }
    guard hello.protocolVersion == 1 else {
        return WireStatus(
            .failedPrecondition,
            "the robot speaks version \(hello.protocolVersion) of the robots' contract, this gateway speaks 1")
    }
    guard isName(hello.journal, maxBytes: limits.maxJournalIDBytes) else {
        return WireStatus(
            .invalidArgument,
            "Hello.journal must be 1 to \(limits.maxJournalIDBytes) letters, digits, '-', '_' or '.'")
    }
    return nil
}

private func isName(_ text: String, maxBytes: Int) -> Bool {
    let utf8 = text.utf8
    guard !utf8.isEmpty, utf8.count <= maxBytes else { return false }
    return utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
