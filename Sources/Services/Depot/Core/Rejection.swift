import Messages

/// Why a robot's report makes no sense. It changes nothing; the robot is told.
struct Rejection: Error, Hashable {
    var code: BotsV1.RejectionCode
    /// For people.
    var why: String

    init(_ code: BotsV1.RejectionCode, _ why: String) {
        self.code = code
        self.why = why
    }
}
