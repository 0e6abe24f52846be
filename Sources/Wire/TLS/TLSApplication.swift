/// What is spoken over TLS, as ALPN names it (RFC 7301).
public struct TLSApplication: Hashable, Sendable {
    public let name: String
    /// Whether a peer must name it; otherwise one that names nothing is taken to speak it.
    let isRequired: Bool
    /// What someone is told, in plain HTTP, who speaks that here.
    let answerToPlainHTTP: String

    /// Robots, tools and services.
    public static let wire = TLSApplication(
        name: TLSContext.alpn, isRequired: true,
        answerToPlainHTTP: "This port speaks \(TLSContext.alpn) over TLS, not HTTP.")

    /// Browsers and other clients of a gateway, many of which name nothing.
    public static let http = TLSApplication(
        name: "http/1.1", isRequired: false,
        answerToPlainHTTP: "This port speaks HTTPS: put https:// before its address.")
}
