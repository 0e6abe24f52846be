import APIs
import Messages
import Wire

/// What is known of a server before cases are run against it.
struct ServerFacts: Sendable {
    var hello: PeerLimits
    var faults: Set<InteropFault> = []
    /// How `EmptyCall` ended, if not well: then cases that need the service have failed.
    var refusal: WireStatus?
}

/// One run of a case: what it works with.
struct InteropRun: Sendable {
    let target: InteropTarget
    /// nil for a case that needs no server.
    let facts: ServerFacts?

    /// What the server said in its hello.
    /// - Throws: `CaseFailure` in a case that does not say that it needs a server.
    var hello: PeerLimits {
        get throws {
            guard let facts else { throw CaseFailure(why: "the case does not say that it needs a server") }
            return facts.hello
        }
    }

    /// Runs `body` with a client that has connected.
    func withClient<R>(
        configure: @escaping (inout WireClient.Configuration) -> Void = { _ in }, _ body: (CaseClient) async throws -> R
    ) async throws -> R {
        try await target.withClient(target.client, configure: configure) { client in
            _ = try await client.hello()
            return try await body(client)
        }
    }
}

extension InteropTarget {
    /// Finds out what there is to know of the server.
    /// - Throws: `CaseFailure` when it cannot be reached.
    func probe() async throws -> ServerFacts {
        try await withClient(client) { client in
            var facts = ServerFacts(hello: try await client.hello())
            let context = CallContext(
                timeout: .seconds(10), metadata: [InteropFault.key: InteropFault.list])
            let status = try await ending { _ = try await client.api.emptyCall(.init(), context: context) }
            if status.code != .ok { facts.refusal = status }
            facts.faults = InteropFault.parse(context.response.initial[InteropFault.listKey] ?? "")
            return facts
        }
    }
}
