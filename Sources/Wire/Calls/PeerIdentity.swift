/// Who the other end of a connection is, as its certificate proves it: `spiffe://TRUST_DOMAIN/bot/ID` or `/service/NAME`.
///
/// A value exists only if all its parts are well-formed (the characters and lengths of the SPIFFE standard, section 2), so
/// `uri` is always a valid SPIFFE ID and two identities are equal exactly when their URIs are.
public struct PeerIdentity: Hashable, Sendable, CustomStringConvertible {
    /// What kind of peer this is: the path's first segment.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A robot; `id` is its name.
        case bot
        /// A program of the mall's operator, such as a server, a relay or the command-line tool; `id` is its name.
        case service
    }

    /// The realm whose authority vouches for the peer, such as `mallbots.local`; lower case, at most 255 characters.
    public let trustDomain: String
    /// Robot or service.
    public let kind: Kind
    /// The peer's name within its kind; letters, digits, `.`, `-` and `_`, at most `maximumIDLength` characters.
    public let id: String

    /// The longest name that a robot or service may have, in characters (all of them ASCII).
    public static let maximumIDLength = 128
    /// The longest trust domain, in characters, as SPIFFE sets it.
    public static let maximumTrustDomainLength = 255

    /// Makes an identity of its parts.
    ///
    /// - Throws: `PeerIdentityError` naming the part that is not allowed and why.
    public init(trustDomain: String, kind: Kind, id: String) throws(PeerIdentityError) {
        if let problem = Self.problem(inTrustDomain: Array(trustDomain.utf8)[...]) { throw problem }
        if let problem = Self.problem(inID: Array(id.utf8)[...]) { throw problem }
        self.trustDomain = trustDomain
        self.kind = kind
        self.id = id
    }

    /// Reads an identity from a URI, strictly: exactly `spiffe://TRUST_DOMAIN/KIND/ID`, nothing more.
    public init(uri: String) throws(PeerIdentityError) {
        try self.init(uriBytes: Array(uri.utf8))
    }

    /// Reads an identity from the bytes of a certificate's URI name, which may hold anything, NUL included.
    public init(uriBytes bytes: [UInt8]) throws(PeerIdentityError) {
        let scheme = Array("spiffe://".utf8)
        guard bytes.starts(with: scheme) else { throw .wrongScheme }
        let parts = bytes.dropFirst(scheme.count).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if let problem = Self.problem(inTrustDomain: parts[0]) { throw problem }
        guard parts.count == 3 else { throw .wrongPath }
        guard let kind = Kind.allCases.first(where: { Array($0.rawValue.utf8) == Array(parts[1]) }) else {
            throw .wrongPath
        }
        if let problem = Self.problem(inID: parts[2]) { throw problem }
        // Only ASCII is left at this point, so decoding cannot repair anything.
        self.trustDomain = String(decoding: parts[0], as: UTF8.self)
        self.kind = kind
        self.id = String(decoding: parts[2], as: UTF8.self)
    }

    /// The identity as the URI that a certificate carries.
    public var uri: String { "spiffe://\(trustDomain)/\(kind.rawValue)/\(id)" }

    /// Short form for people and logs: `bot/b-7`.
    public var description: String { "\(kind.rawValue)/\(id)" }

    static func problem(inTrustDomain name: ArraySlice<UInt8>) -> PeerIdentityError? {
        if name.isEmpty || name.count > maximumTrustDomainLength { return .badTrustDomain }
        return name.allSatisfy { isAllowed($0) && !(0x41...0x5A).contains($0) } ? nil : .badTrustDomain
    }

    static func problem(inID id: ArraySlice<UInt8>) -> PeerIdentityError? {
        if id.isEmpty { return .emptyID }
        if id.count > maximumIDLength { return .idTooLong }
        // "." and ".." would change meaning wherever an identity becomes part of a path.
        if id.allSatisfy({ $0 == UInt8(ascii: ".") }) { return .badID }
        return id.allSatisfy(isAllowed) ? nil : .badID
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true  // 0-9 A-Z a-z
        case 0x2D, 0x2E, 0x5F: true  // - . _
        default: false
        }
    }
}

/// Why some text is no identity.
public enum PeerIdentityError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It does not begin with `spiffe://` (in lower case).
    case wrongScheme
    /// The trust domain is empty, too long, or has characters other than `a-z 0-9 . - _`.
    case badTrustDomain
    /// The path is not `/bot/ID` or `/service/NAME`.
    case wrongPath
    /// Nothing follows `/bot/` or `/service/`.
    case emptyID
    /// The name is longer than `PeerIdentity.maximumIDLength`.
    case idTooLong
    /// The name has characters other than `A-Z a-z 0-9 . - _`, or nothing but dots.
    case badID

    public var description: String {
        switch self {
        case .wrongScheme: "the identity does not begin with spiffe://"
        case .badTrustDomain:
            "the trust domain must be 1 to \(PeerIdentity.maximumTrustDomainLength) of the characters a-z 0-9 . - _"
        case .wrongPath: "the identity's path is not /bot/ID or /service/NAME"
        case .emptyID: "the identity's name is empty"
        case .idTooLong: "the identity's name is longer than \(PeerIdentity.maximumIDLength) characters"
        case .badID: "the identity's name must be made of A-Z a-z 0-9 . - _ and not of dots alone"
        }
    }
}
