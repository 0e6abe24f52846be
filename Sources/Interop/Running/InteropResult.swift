/// How a case ended.
public struct InteropResult: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        case passed
        case failed(why: String)
        /// The server cannot show what the case is about.
        case skipped(why: String)
    }

    public let name: String
    public let outcome: Outcome
    public let milliseconds: Int

    public init(name: String, outcome: Outcome, milliseconds: Int) {
        self.name = name
        self.outcome = outcome
        self.milliseconds = milliseconds
    }
}
