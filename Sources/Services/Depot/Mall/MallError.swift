/// Why a mall cannot be worked in: which of its elements is wrong, and how.
public struct MallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The element as in the mall's file, for example `edges[3]` or `docks[0] "d-1"`.
    public var element: String
    /// What is wrong with it and what it should be.
    public var problem: String

    /// Names a wrong element.
    public init(_ element: String, _ problem: String) {
        self.element = element
        self.problem = problem
    }

    public var description: String { "\(element): \(problem)" }
}
