import Messages

/// gRPC's sizes, in bytes.
enum Sizes {
    static let largeRequest = 271_828
    static let largeAnswer: Int32 = 314_159
    /// What a server's frames must hold for `largeRequest`.
    static let largeFrame = 272_000
    static let requests = [27_182, 8, 1_828, 45_904]
    static let answers: [Int32] = [31_415, 9, 2_653, 58_979]

    /// The four requests of a conversation, each with the answer that it asks for.
    static var conversation: [InteropV1.StreamingOutputRequest] {
        zip(requests, answers).map { .init(answers: [.init(bytes: $1)], payload: .zeros($0)) }
    }
}
