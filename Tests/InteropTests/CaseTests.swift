import APIs
import Messages
import Testing
import Wire

@testable import Interop

/// Every case against an honest server.
@Suite struct CaseTests {
    static let sockets = ["backoff", "tls_name_mismatch"]

    @Test(.timeLimit(.minutes(2)), arguments: InteropCase.all.map(\.name).filter { !CaseTests.sockets.contains($0) })
    func passesInMemory(name: String) async throws {
        #expect(try await Bench().run(name) == .passed)
    }

    @Test(.timeLimit(.minutes(2)), arguments: InteropCase.all.map(\.name))
    func passesOverTLS(name: String) async throws {
        let outcome = try await Bench().overTLS { try await $0.run(name) }
        #expect(outcome == .passed)
    }

    @Test(arguments: CaseTests.sockets) func saysWhatIsMissingInMemory(name: String) async throws {
        guard case .skipped = try await Bench().run(name) else {
            Issue.record("\(name) was not skipped")
            return
        }
    }

    @Test func namesAreUnique() {
        #expect(Set(InteropCase.all.map(\.name)).count == InteropCase.all.count)
    }

    /// What a server cannot show is skipped, and with the reason.
    @Test func aServerThatDoesNoFaults() async throws {
        var router = WireRouter()
        router.register(interop: InteropService())
        for item in InteropCase.all {
            guard case .fault(let fault)? = item.needs.last else { continue }
            let outcome = try await Bench(router: router).run(item.name)
            #expect(outcome == .skipped(why: "the server does not do '\(fault.rawValue)' on request"))
        }
    }

    @Test func aServerWithSmallFrames() async throws {
        var bench = Bench()
        bench.limits.maxFrameBytes = 65_536
        #expect(
            try await bench.run("large_unary")
                == .skipped(why: "the server takes frames of 65536 bytes; this case needs 272000"))
        for name in ["custom_metadata", "unary_too_large", "ping_pong"] {
            #expect(try await bench.run(name) == .passed)
        }
    }

    @Test func aServerThatTakesMoreCallsThanAnyoneMakes() async throws {
        var bench = Bench()
        bench.limits.maxStreams = 1_000_000
        #expect(try await bench.run("max_streams") == .skipped(why: "the server takes 1000000 calls at once"))
        #expect(try await bench.run("cancel_before_start") == .skipped(why: "the server takes 1000000 calls at once"))
    }

    @Test func aServerWithoutTheService() async throws {
        let bench = Bench(router: WireRouter())
        for item in InteropCase.all where item.needs.contains(.service) {
            let why = try await bench.run(item.name).failure
            #expect(why?.contains("there is no service mallbots.interop.v1.InteropService here") == true)
        }
        #expect(try await bench.run("unimplemented_service") == .passed)
    }
}
