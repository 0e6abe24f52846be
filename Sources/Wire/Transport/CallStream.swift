import Messages
final class CallStream: @unchecked Sendable {
    let isServer: Bool
    init(isServer: Bool) { self.isServer = isServer }
    func write(_ payload: UnsafeRawBufferPointer) throws -> Bool { false }
    nonisolated(nonsending) func writeWhenPossible(_ payload: [UInt8]) async throws {}
    func writeLatest(_ payload: UnsafeRawBufferPointer) -> Bool { false }
    func finishWriting() {}
    func consumed(_ cost: Int) {}
    func abandon() {}
    nonisolated(nonsending) func answer(_ message: some Message) async throws {}
}
