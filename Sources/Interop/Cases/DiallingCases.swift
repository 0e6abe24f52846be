import APIs
import Messages
import Wire

extension InteropCase {
    /// Connections that break, or do not come about.
    static let dialling = [
        InteropCase(
            "reconnect_after_break", "the client comes back by itself", fault: .cut, run: reconnectAfterBreak),
        InteropCase("backoff", "the times between attempts to connect", needs: [], run: backoff),
        InteropCase(
            "tls_name_mismatch", "a certificate for another name is refused", needs: [.server, .tls],
            run: tlsNameMismatch),
    ]
}

private func reconnectAfterBreak(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let broken = try await ending {
            let context = CallContext(metadata: InteropFault.cut.metadata)
            try await client.api.fullDuplexCall(context: context) { inbound, outbound in
                try await outbound.put(.init(answers: [.init(bytes: 9)]))
                while try await inbound.next() != nil {}
            }
        }
        try broken.check(.unavailable, nil, "the call whose connection was cut")
        _ = try await client.api.emptyCall(.init(), context: CallContext(timeout: .seconds(5), waitForReady: true))
        try check(client.log.hellos.count == 2, "there were \(client.log.hellos.count) connections, not 2")
    }
}

private func backoff(_ run: InteropRun) async throws {
    guard let local = run.target.local else { throw CaseSkipped(why: "there are no sockets") }
    let port = try DeadPort()
    let attempts = try await run.target.withClient(local(port.port)) { client in
        for await _ in client.log.events where client.log.attempts.count >= 4 { break }
        return client.log.attempts
    }
    try check(attempts.count >= 4, "the client stopped after \(attempts.count) attempts")
    for (number, seconds) in [1, 1.6, 2.56].enumerated() {
        let gap = (attempts[number + 1] - attempts[number]) / .seconds(1)
        try check(
            gap >= 0.8 * seconds && gap <= 1.2 * seconds + 0.5,
            "\(gap) s between attempts \(number + 1) and \(number + 2); \(seconds) s are right, up to a fifth more or less"
        )
    }
}

private func tlsNameMismatch(_ run: InteropRun) async throws {
    guard let misnamed = run.target.misnamed else { throw CaseSkipped(why: "there is no TLS") }
    try await run.target.withClient(misnamed) { client in
        let status = try await ending {
            _ = try await client.api.emptyCall(.init(), context: CallContext(timeout: .seconds(5)))
        }
        try check(
            client.log.hellos.isEmpty && status.code != .ok,
            "the client takes a server whose certificate is not for \(InteropTarget.wrongName)")
        try status.check(.unavailable, nil, "a call to a server with another name")
        try check(client.wire.counters[.tls] > 0, "the connection failed, but not in TLS: \(status.message)")
    }
}
