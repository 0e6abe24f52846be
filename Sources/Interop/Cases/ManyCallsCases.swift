import APIs
import Messages
import Wire

extension InteropCase {
    /// More calls than a connection has room for.
    static let manyCalls = [
        InteropCase("max_streams", "a call more than the server takes at once waits", run: maxStreams),
        InteropCase(
            "thousands_of_calls", "5,000 calls at once over one connection", limit: .seconds(60), run: thousandsOfCalls),
    ]
}

private func maxStreams(_ run: InteropRun) async throws {
    let streams = try run.fillableStreams
    try await run.withClient { client in
        try await client.holding(streams) { held in
            let ended = Tally()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let answer = try await client.api.unaryCall(.init(answerBytes: 9), context: CallContext())
                    ended.add()
                    try answer.payload.check(bytes: 9, "the answer of the call that waited")
                }
                group.addTask { try await Task.sleep(for: .milliseconds(300)) }
                try await group.next()
                try check(
                    ended.count == 0, "a call was answered while \(streams) were open, which is max_streams")
                held.release(0)
                try await group.waitForAll()
            }
        }
        try client.checkSameConnection()
    }
}

private func thousandsOfCalls(_ run: InteropRun) async throws {
    try await run.withClient { client in
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5_000 {
                group.addTask {
                    let request = InteropV1.UnaryRequest(answerBytes: Int32(number))
                    let answer = try await client.api.unaryCall(request, context: CallContext())
                    try answer.payload.check(bytes: number, "the answer of call \(number)")
                }
            }
            try await group.waitForAll()
        }
        try client.checkSameConnection()
    }
}
