/// Why a certificate was revoked (RFC 5280, section 5.3.1); the raw value is how the command line and OpenSSL's write it.
public enum RevocationReason: String, Hashable, Sendable, CaseIterable {
    case unspecified
    /// Someone else may have the private key: a robot was stolen.
    case keyCompromise = "key-compromise"
    case authorityCompromise = "ca-compromise"
    /// It names something that is not so any more.
    case affiliationChanged = "affiliation-changed"
    /// Another certificate has taken its place.
    case superseded
    /// The robot or service is out of use.
    case cessationOfOperation = "cessation-of-operation"
    case certificateHold = "certificate-hold"
    case privilegeWithdrawn = "privilege-withdrawn"

    /// The number in a list's entry. None has `unspecified`, which is left out there.
    var code: Int {
        switch self {
        case .unspecified: 0
        case .keyCompromise: 1
        case .authorityCompromise: 2
        case .affiliationChanged: 3
        case .superseded: 4
        case .cessationOfOperation: 5
        case .certificateHold: 6
        case .privilegeWithdrawn: 9
        }
    }

    init(code: Int) {
        self = Self.allCases.first { $0.code == code } ?? .unspecified
    }
}
