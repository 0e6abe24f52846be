import Dispatch
import Messages

extension ServiceLoop {
    /// All events of a stream, oldest first, read from the log: for what the state has forgotten because it ended long
    /// ago. Empty when there is no such stream.
    ///
    /// - Throws: NOT_FOUND when its first events were archived; a ``StorageError`` when the log cannot be read.
    public func history(of stream: String) async throws -> [ForeignEvent<Core.Event>] {
        let log = log
        let recorded = try await withCheckedThrowingContinuation { continuation in
            // One at a time: whoever asks for what never was must not have many threads wait for the disk.
            historyQueue.async {
                continuation.resume(
                    with: Result {
                        try log.read(stream: stream, afterVersion: 0, limit: Self.longestHistory)
                    })
            }
        }
        if let first = recorded.first, first.version > 1 {
            throw ServiceError.notFound(
                "'\(stream)' ended long ago, and its events were archived: read them with "
                    + "`mallbots events list --archive`")
        }
        return try recorded.map { try ForeignEvent($0) }
    }

    /// Events of one stream that are read, far above what any that ends has.
    private static var longestHistory: Int { 100_000 }
}

private let historyQueue = DispatchQueue(label: "mallbots.history.read")
