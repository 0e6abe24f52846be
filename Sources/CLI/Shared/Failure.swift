import Foundation

/// An error for the person at the terminal: what went wrong and, where it helps, what to do.
///
/// It ends the command with status 1; wrong usage is ArgumentParser's and ends with 64.
struct Failure: Error, CustomStringConvertible, LocalizedError {
    var description: String
    init(_ description: String) { self.description = description }
    var errorDescription: String? { description }
}
