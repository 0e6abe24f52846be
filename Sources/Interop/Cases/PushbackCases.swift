import APIs
import Messages
import Wire

extension InteropCase {
    /// Readers that are slow.
    static let pushback = [
        InteropCase("server_pushback", "a server that does not read holds its caller back", run: serverPushback),
        InteropCase("client_pushback", "a client that does not read holds the server back", run: clientPushback),
    ]
}

private let messages = 128
private let messageBytes = 16_384

private func serverPushback(_ run: InteropRun) async throws {
    // Beyond the server's credit: the message that overdraws it, 64 KiB that wait for the event loop, and one each.
    let most = try run.hello.creditBytes + 65_536 + 3 * messageBytes
    try await run.withClient { client in
        try await client.api.fullDuplexCall(context: CallContext()) { inbound, outbound in
            let taken = Tally()
            let answers = Tally()
            // Busy with this one for three seconds, the server reads no other.
            try await outbound.put(.init(answers: [.init(bytes: 1, intervalUs: 3_000_000)]))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<messages {
                        try await outbound.put(.init(answers: [.init(bytes: 1)], payload: .zeros(messageBytes)))
                        taken.add(messageBytes)
                    }
                    outbound.finish()
                }
                group.addTask {
                    for number in 0...messages {
                        try await inbound.checkNext(bytes: 1, "answer \(number + 1)")
                        answers.add()
                    }
                    try await inbound.checkEnd("the call")
                }
                try await Task.sleep(for: .seconds(1))
                let sent = taken.count
                try check(sent <= most, "\(sent) bytes were sent to a server that does not read; \(most) are allowed")
                try await client.checkStillWorks()
                try check(answers.count == 0, "a call beside the one that is held was held as well")
                try await group.waitForAll()
            }
        }
        try client.checkSameConnection()
    }
}

private func clientPushback(_ run: InteropRun) async throws {
    try await run.withClient { client in
        let answers = [InteropV1.AnswerForm](repeating: .init(bytes: Int32(messageBytes)), count: messages)
        try await client.api.streamingOutputCall(.init(answers: answers), context: CallContext()) { inbound in
            try await Task.sleep(for: .seconds(1))
            try await client.checkStillWorks()
            for number in 1...messages { try await inbound.checkNext(bytes: messageBytes, "answer \(number)") }
            try await inbound.checkEnd("the call")
        }
        try client.checkSameConnection()
    }
}
