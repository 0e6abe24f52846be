import APIs
import Messages
import Wire

/// A client that runs while a case uses it.
struct CaseClient: Sendable {
    let wire: WireClient
    let api: InteropClient
    let log: ConnectionLog

    /// Fails the case unless every call so far could go over the first connection.
    func checkSameConnection() throws {
        try check(log.hellos.count == 1 && log.lastEnd == nil, "the first connection was lost: \(log.lastEnd ?? "?")")
    }

    /// An `EmptyCall` that must end well, over the first connection.
    func checkStillWorks() async throws {
        let status = try await ending { _ = try await api.emptyCall(.init(), context: CallContext()) }
        try checkSameConnection()
        try status.check(.ok, nil, "the EmptyCall behind it")
    }

    /// Waits for the server's hello.
    /// - Throws: `CaseFailure` when the first attempt to connect fails.
    func hello() async throws -> PeerLimits {
        for await event in log.events {
            switch event {
            case .connected(let connection): return connection.peer
            case .disconnected(let reason), .failed(let reason): throw CaseFailure(why: reason)
            case .connecting: break
            }
        }
        throw CancellationError()
    }
}

extension InteropTarget {
    /// Runs `body` with a client made by `make`, which may not have connected yet.
    func withClient<R>(
        _ make: Make, configure: @escaping (inout WireClient.Configuration) -> Void = { _ in },
        _ body: (CaseClient) async throws -> R
    ) async throws -> R {
        let log = ConnectionLog()
        let wire = make {
            $0.agent = "mallbots-interop/1.0"
            $0.limits.maxFrameBytes = InteropServer.frameBytes
            $0.observer = log.note
            configure(&$0)
        }
        let running = Task { try await wire.run() }
        let result: Result<R, any Error>
        do {
            result = .success(try await body(CaseClient(wire: wire, api: InteropClient(wire), log: log)))
        } catch {
            result = .failure(error)
        }
        wire.close()
        try? await running.value
        return try result.get()
    }
}
