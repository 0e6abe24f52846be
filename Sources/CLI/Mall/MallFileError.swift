/// One mistake in a mall file, or another in YAML: where it is, which element it concerns, and what to do.
struct MallFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; 0 when it concerns the whole file.
    var line: Int
    /// The element: `stores[2].products[0].price_minor_units`; "" for the whole file.
    var path: String
    var message: String

    var description: String {
        let place = line > 0 ? "line \(line): " : ""
        return place + (path.isEmpty ? "" : "\(path): ") + message
    }
}

/// Every mistake that was found, in the order of the file.
struct MallFileErrors: Error, Hashable, Sendable, CustomStringConvertible {
    var errors: [MallFileError]

    var description: String { errors.map(\.description).joined(separator: "\n") }
}
