import Messages
import Yams

/// Reads a mall from text in YAML, or in JSON, which YAML includes. `docs/mall-file.md` describes the file. Pure.
enum MallFile {
    /// Far more than any mall needs, and little enough to read at once.
    static let maxBytes = 8 * 1024 * 1024

    /// - Returns: the plan, or every mistake with its line, its element and what to do.
    static func parse(_ text: String) -> Result<MallPlan, MallFileErrors> {
        guard text.utf8.count <= maxBytes else {
            return .failure(single(0, "the file is larger than \(maxBytes) bytes"))
        }
        let root: Node
        do {
            guard let node = try compose(yaml: text) else {
                return .failure(single(0, "the file is empty; it must describe a mall"))
            }
            root = node
        } catch {
            return .failure(syntaxError(error))
        }
        var elements = MallElements()
        elements.read(root)
        // What does not hold between elements is likely a consequence of one that could not be read.
        if elements.reader.errors.isEmpty { elements.check() }
        let errors = elements.reader.errors
        guard errors.isEmpty else {
            return .failure(
                MallFileErrors(
                    errors: errors.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
                        .map(\.element)))
        }
        return .success(elements.plan())
    }

    static func single(_ line: Int, _ message: String) -> MallFileErrors {
        MallFileErrors(errors: [MallFileError(line: line, path: "", message: message)])
    }

    static func syntaxError(_ error: any Error) -> MallFileErrors {
        guard let error = error as? YamlError else { return single(0, "the file cannot be read: \(error)") }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let before = context.map { "\($0.text) " } ?? ""
            return single(mark.line, "this is neither YAML nor JSON: \(before)\(problem) (column \(mark.column))")
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { yaml.utf8.prefix($0).count { $0 == 0x0A } + 1 }
            return single(line ?? 0, "this is not text: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            return single(context.mark.line, "a mapping has a field more than once: \(names)")
        default: return single(0, "the file cannot be read: \(error)")
        }
    }
}
