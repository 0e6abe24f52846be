import Logging
import Testing
import Wire

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` with a client that is joined to a router.
func withClient<R: Sendable>(
    of transport: InMemoryTransport, _ body: @escaping @Sendable (WireClient) async throws -> R
) async throws -> R {
    try await running(transport.makeClient(), body)
}

/// Runs a client beside `body`.
func running<R: Sendable>(
    _ client: WireClient, _ body: @escaping @Sendable (WireClient) async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { client.close() }
        return try await body(client)
    }
}

/// The status that a call ends with; nil when it ends well.
func status(of body: () async throws -> Void) async -> WireStatus? {
    do {
        try await body()
        return nil
    } catch {
        return WireStatus(describing: error)
    }
}

/// Waits until something holds, polling; fails the test after ten seconds.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !holds() {
        try #require(ContinuousClock.now < deadline, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(1))
    }
}
