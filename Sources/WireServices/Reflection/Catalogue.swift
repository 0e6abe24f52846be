import Messages

/// What a server answers, and the files of the schema that say how. Pure.
///
/// It knows the files that declare the server's services and those that they import, and nothing else of the schema.
struct Catalogue: Sendable {
    /// Sorted by name. Methods are in the order in which they are declared, only those that are answered.
    let services: [ReflectionV1.ServiceEntry]
    private let files: [String: SchemaFile]
    /// The file that declares each service, method, message and enum, by full name.
    private let symbols: [String: String]

    /// - Parameters:
    ///   - methods: "/package.Service/Method" of all that the server answers.
    ///   - files: the whole schema. A service that is not in it is listed, and has no descriptor.
    init(methods: [String], files all: [SchemaFile] = SchemaFiles.all) {
        var answered: [String: Set<String>] = [:]
        for method in methods {
            let parts = method.split(separator: "/")
            guard parts.count == 2 else { continue }
            answered[String(parts[0]), default: []].insert(String(parts[1]))
        }

        var declared: [String: [String]] = [:]
        var files: [String: SchemaFile] = [:]
        var symbols: [String: String] = [:]
        let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
        for file in all {
            for service in file.services {
                guard let methods = answered[service.name] else { continue }
                declared[service.name] = service.methods.filter(methods.contains)
                symbols[service.name] = file.name
                for method in methods { symbols["\(service.name).\(method)"] = file.name }
                for known in Self.withImports(file.name, in: byName) { files[known.name] = known }
            }
        }
        for file in all where files[file.name] != nil {
            for type in file.types { symbols[type] = file.name }
        }

        services = answered.keys.sorted().map { name in
            let first = declared[name] ?? []
            let others = (answered[name] ?? []).subtracting(first).sorted()
            return ReflectionV1.ServiceEntry(name: name, methods: first + others)
        }
        self.files = files
        self.symbols = symbols
    }

    /// The name of the file that declares a service, method, message or enum; nil when the server does not know it.
    func file(declaring symbol: String) -> String? { symbols[symbol] }

    /// A file and all that it imports, each before those that import it; nil when the server does not know it.
    func withImports(_ file: String) -> [SchemaFile]? {
        files[file] == nil ? nil : Self.withImports(file, in: files)
    }

    private static func withImports(_ file: String, in files: [String: SchemaFile]) -> [SchemaFile] {
        var seen: Set<String> = []
        var ordered: [SchemaFile] = []
        func add(_ name: String) {
            guard seen.insert(name).inserted, let file = files[name] else { return }
            for name in file.imports { add(name) }
            ordered.append(file)
        }
        add(file)
        return ordered
    }
}
