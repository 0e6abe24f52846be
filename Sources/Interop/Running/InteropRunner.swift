import Synchronization
import Wire

/// Runs cases against a server, one after the other.
public struct InteropRunner: Sendable {
    private let target: InteropTarget

    public init(_ target: InteropTarget) {
        self.target = target
    }

    /// Runs `cases` in their order; `ended` gets each result as it is there.
    ///
    /// - Throws: `InteropUnreachable` when a case needs the server and it cannot be reached at the beginning
    public func run(
        _ cases: [InteropCase], ended: (InteropResult) async -> Void = { _ in }
    ) async throws -> [InteropResult] {
        var facts: ServerFacts?
        if cases.contains(where: \.needsServer) {
            do {
                facts = try await target.probe()
            } catch let failure as CaseFailure {
                throw InteropUnreachable(description: failure.why)
            }
        }
        var results: [InteropResult] = []
        for each in cases {
            let result = await run(each, facts)
            results.append(result)
            await ended(result)
        }
        return results
    }

    private func run(_ item: InteropCase, _ facts: ServerFacts?) async -> InteropResult {
        let start = ContinuousClock.now
        let outcome: InteropResult.Outcome
        if let refused = refusal(item.needs, facts) {
            outcome = refused
        } else {
            let run = InteropRun(target: target, facts: item.needsServer ? facts : nil)
            outcome = await race(item, run)
        }
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        return InteropResult(name: item.name, outcome: outcome, milliseconds: Int(milliseconds.rounded()))
    }

    /// Why a case cannot be run; nil when it can.
    private func refusal(_ needs: [InteropCase.Need], _ facts: ServerFacts?) -> InteropResult.Outcome? {
        if needs.contains(.service), let refusal = facts?.refusal {
            return .failed(why: "the server does not answer InteropService/EmptyCall: \(refusal)")
        }
        for need in needs {
            switch need {
            case .server, .service: break
            case .fault(let fault):
                if facts?.faults.contains(fault) != true {
                    return .skipped(why: "the server does not do '\(fault.rawValue)' on request")
                }
            case .frames(let bytes):
                if let takes = facts?.hello.frameBytes, takes < bytes {
                    return .skipped(why: "the server takes frames of \(takes) bytes; this case needs \(bytes)")
                }
            case .tls: if target.misnamed == nil { return .skipped(why: "there is no TLS") }
            case .certificate: if target.identity == nil { return .skipped(why: "the client has no certificate") }
            }
        }
        return nil
    }

    /// The case's end, or its time's. A case that does not even heed its cancellation is left behind.
    private func race(_ item: InteropCase, _ run: InteropRun) async -> InteropResult.Outcome {
        let (outcomes, first) = AsyncStream.makeStream(of: InteropResult.Outcome.self)
        let work = Task { first.yield(await Self.outcome { try await item.run(run) }) }
        let clock = Task {
            try await Task.sleep(for: item.limit)
            first.yield(.failed(why: "not done within \(item.limit / .seconds(1)) s"))
        }
        defer {
            work.cancel()
            clock.cancel()
        }
        for await outcome in outcomes { return outcome }
        return .failed(why: "interrupted")
    }

    private static func outcome(_ body: () async throws -> Void) async -> InteropResult.Outcome {
        do {
            try await body()
            return .passed
        } catch let failure as CaseFailure {
            return .failed(why: failure.why)
        } catch let skipped as CaseSkipped {
            return .skipped(why: skipped.why)
        } catch let status as WireStatus {
            return .failed(why: "a call ended with \(status)")
        } catch {
            return .failed(why: "\(error)")
        }
    }
}

/// The server could not be reached.
public struct InteropUnreachable: Error, CustomStringConvertible {
    public let description: String
}
