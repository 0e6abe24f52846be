import Messages
import Testing
import Wire

@testable import Interop

/// Running cases, whatever becomes of them.
@Suite struct RunnerTests {
    private let target = InteropTarget(
        memory: InMemoryTransport(router: InteropServer.router, limits: InteropServer.limits, logger: quiet))

    private func outcome(
        _ limit: Duration = .seconds(30), _ run: @escaping @Sendable (InteropRun) async throws -> Void
    ) async throws -> InteropResult.Outcome? {
        try await InteropRunner(target).run([InteropCase("test", "", limit: limit, run: run)]).first?.outcome
    }

    @Test func eachEndHasItsOutcome() async throws {
        #expect(try await outcome { _ in } == .passed)
        #expect(try await outcome { _ in throw CaseFailure(why: "so") } == .failed(why: "so"))
        #expect(try await outcome { _ in throw CaseSkipped(why: "so") } == .skipped(why: "so"))
        #expect(
            try await outcome { _ in throw WireStatus(.aborted, "so") } == .failed(why: "a call ended with ABORTED: so")
        )
    }

    @Test func aCaseThatDoesNotEndHasFailed() async throws {
        let slow = try await outcome(.milliseconds(50)) { _ in try await Task.sleep(for: .seconds(600)) }
        #expect(slow == .failed(why: "not done within 0.05 s"))
        // One that does not heed its cancellation is left behind.
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        let deaf = try await outcome(.milliseconds(50)) { _ in
            await Task.detached { for await _ in never {} }.value
        }
        #expect(deaf == .failed(why: "not done within 0.05 s"))
        end.finish()
    }

    @Test func aServerThatIsNotThere() async throws {
        let keys = try Keys()
        let port = try DeadPort()
        let target = InteropTarget(
            host: "127.0.0.1", port: port.port, tls: try keys.client("127.0.0.1"),
            misnamed: try keys.client(InteropTarget.wrongName), identity: caller, logger: quiet)
        let error = await #expect(throws: InteropUnreachable.self) {
            try await InteropRunner(target).run(InteropCase.all)
        }
        #expect(
            error?.description.contains("cannot connect to 127.0.0.1:\(port.port)") == true,
            "\(error?.description ?? "")")
        // What needs no server is run all the same.
        let some = try await InteropRunner(target).run([InteropCase("test", "", needs: []) { _ in }])
        #expect(some.map(\.outcome) == [.passed])
    }

    @Test func resultsComeInOrderAndAsTheyEnd() async throws {
        let cases = ["a", "b", "c"].map { InteropCase($0, "") { _ in } }
        var shown: [String] = []
        let results = try await InteropRunner(target).run(cases) { shown.append($0.name) }
        #expect(shown == ["a", "b", "c"] && results.map(\.name) == shown)
    }
}
