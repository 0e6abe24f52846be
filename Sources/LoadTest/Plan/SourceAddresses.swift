/// Where connections to a server come from. One address has some 28,000 ports towards one server; on the machine itself
/// there are 16 million addresses to take more from.
public struct SourceAddresses: Hashable, Sendable {
    /// What is taken from one address: less than there is, because others use the machine too.
    public static let perAddress = 20_000
    /// What one address can do at most.
    static let mostOfOne = 28_000

    /// The server is on 127.0.0.0/8.
    private let isLoopback: Bool

    /// - Parameter host: of the server, as it is dialled.
    public init(host: String) {
        isLoopback = host == "localhost" || host.hasPrefix("127.")
    }

    /// The address for connection number `index`, from 0; nil: the system's choice, which will do as long as one address
    /// has ports enough. The first is 127.0.0.2, so that what others do from 127.0.0.1 is left alone.
    public func address(ofConnection index: Int) -> String? {
        guard isLoopback else { return nil }
        // 127.0.0.2 to 127.255.255.254, and round again.
        let host = 2 + (index / Self.perAddress) % ((1 << 24) - 3)
        return "127.\(host >> 16 & 255).\(host >> 8 & 255).\(host & 255)"
    }

    /// Why so many connections at once cannot be made; nil: they can.
    public func problem(connections: Int) -> String? {
        guard !isLoopback, connections > Self.mostOfOne else { return nil }
        return """
            \(connections) connections from one machine: it has some \(Self.mostOfOne) ports towards one server; run \
            the load from several machines, or with fewer --connections
            """
    }
}
