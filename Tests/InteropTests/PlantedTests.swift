import Messages
import Testing
import Wire

@testable import Interop

/// A case that cannot fail shows nothing: each is run against something wrong, and must say what.
@Suite struct PlantedTests {
    @Test(.timeLimit(.minutes(2)), arguments: Planted.all) func isSeen(planted: Planted) async throws {
        let outcome = try await planted.bench().run(planted.name)
        #expect(outcome.failure?.contains(planted.says) == true, "\(outcome)")
    }

    @Test func aClientThatDoesNotCheckNames() async throws {
        let bench = Bench(change: { $0.misnamed = $0.client })
        let outcome = try await bench.overTLS { try await $0.run("tls_name_mismatch") }
        #expect(outcome.failure?.contains("the client takes a server whose certificate") == true, "\(outcome)")
    }

    @Test func aClientThatFailsForAnotherReasonThanTheName() async throws {
        let port = try DeadPort()
        let bench = Bench(change: { target in target.misnamed = target.local?(port.port) })
        let outcome = try await bench.overTLS { try await $0.run("tls_name_mismatch") }
        #expect(outcome.failure?.contains("not in TLS") == true, "\(outcome)")
    }

    @Test(arguments: [(1.0, 1.0), (0.5, 1.6), (2, 1.6), (1, 2.2)])
    func aClientWithAnotherBackoff(seconds: Double, multiplier: Double) async throws {
        let bench = Bench(change: { target in
            guard let honest = target.local else { return }
            target.local = { port in
                let make = honest(port)
                return { configure in
                    make { configuration in
                        configure(&configuration)
                        configuration.backoff.initial = .seconds(seconds)
                        configuration.backoff.multiplier = multiplier
                        configuration.backoff.jitter = 0
                    }
                }
            }
        })
        let outcome = try await bench.overTLS { try await $0.run("backoff") }
        #expect(outcome.failure?.contains("s between attempts") == true, "\(outcome)")
    }

    @Test func everyCaseHasAPlantedFault() {
        let planted = Set(Planted.all.map(\.name)).union(CaseTests.sockets)
        #expect(Set(InteropCase.all.map(\.name)) == planted)
    }
}
