/// What the plugin is asked for: the pairs of `--mallbots_opt=key=value,...`.
public struct Options: Sendable {
    /// What to generate.
    public enum Output: String, Sendable {
        /// Swift values over protobuf-c's structs, and a table of the files that declare them.
        case messages
        /// Handler protocols, clients and registrations of services.
        case apis
        /// The header and module map that make protoc-c's code visible to Swift.
        case cHeader = "c-header"
        /// The files' descriptors, as bytes in C.
        case descriptors
        /// A list of every message's type, for tests that try them all.
        case list
    }

    /// `output=messages` (the default), `output=apis`, `output=c-header`, `output=descriptors` or `output=list`.
    public var output: Output

    /// `c-module=NAME`: the module of protoc-c's code. "CMessages" unless told.
    public var cModule: String

    /// `runtime=testable`: the values are not in module Messages itself but in a test of it.
    public var isForTests: Bool

    public init(_ output: Output = .messages, cModule: String = "CMessages", isForTests: Bool = false) {
        self.output = output
        self.cModule = cModule
        self.isForTests = isForTests
    }

    /// Throws `SchemaError` on a pair that is none of the above.
    init(_ pairs: [(key: String, value: String)]) throws(SchemaError) {
        self.init()
        for (key, value) in pairs {
            if key == "output", let output = Output(rawValue: value) {
                self.output = output
            } else if key == "c-module", !value.isEmpty {
                cModule = value
            } else if key == "runtime", value == "testable" {
                isForTests = true
            } else {
                throw SchemaError(
                    description: "unknown option '\(key)=\(value)'; there are output=messages, output=apis, "
                        + "output=c-header, output=descriptors, output=list, c-module=NAME and runtime=testable")
            }
        }
    }

    /// The imports of a file with messages, `others` included, sorted.
    func imports(_ others: [String] = []) -> [String] {
        let names = others + (isForTests ? ["Messages"] : [])
        return Set(names).sorted().map { $0 == "Messages" ? "@testable public import Messages" : "import \($0)" }
    }
}
