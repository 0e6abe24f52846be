import HTTPTypes
import Web

extension Problem {
    static func noBot(_ id: String) -> Problem {
        Problem(
            kind: "not-found", status: .notFound, title: "There is no such robot",
            detail: "No robot is called '\(id)'; the topic fleet has them all.")
    }
}
