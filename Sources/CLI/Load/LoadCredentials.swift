import LoadTest
import Wire

/// Who the robots of a load test are to the gateway: certificates from the mall's own authority.
struct LoadCredentials: Sendable {
    private let credentials: Credentials
    private let server: HostPort

    init(_ folders: Folders, _ server: HostPort) {
        credentials = Credentials(folders)
        self.server = server
    }

    /// Issues certificates where they are missing: blocks on the disk.
    func target(for plan: LoadPlan, prefix: String) throws -> LoadTarget {
        let ids = EmulatedFleet.ids(prefix: prefix, count: plan.streams)
        let contexts = try contexts(plan, ids)
        let server = server
        return LoadTarget(host: server.host, port: server.port, botIDs: ids, software: Version.agent) {
            connection, handshake in
            let tls = contexts.context(connection, handshake)
            return WireClient.Configuration(host: server.host, port: server.port, tls: tls)
        }
    }

    private func contexts(_ plan: LoadPlan, _ ids: [String]) throws -> Contexts {
        if plan.hasRelays { return Contexts(resuming: [try credentials.relay(dialling: server.host)], full: nil) }
        let resuming = try credentials.bots(ids: ids, dialling: server.host)
        // Whoever comes and goes does so in both ways, and each keeps its own tickets.
        let full = plan.profile.hasStorm ? try credentials.bots(ids: ids, dialling: server.host, resuming: false) : nil
        return Contexts(resuming: resuming, full: full)
    }

    private struct Contexts: Sendable {
        /// One for each connection, or one for all.
        let resuming: [TLSContext]
        let full: [TLSContext]?

        func context(_ connection: Int, _ handshake: LoadTarget.Handshake) -> TLSContext {
            if handshake == .full, let full { return full[connection] }
            return resuming.count == 1 ? resuming[0] : resuming[connection]
        }
    }
}
