public import APIs
public import Messages
public import Wire

/// Says what a server offers, and in what messages: `mallbots.reflection.v1.ReflectionService`.
public struct ReflectionService: ReflectionAPI {
    /// The longest name that is looked up, in bytes.
    public static let longestName = 512

    private let catalogue: Catalogue

    /// - Parameter router: of the server, with everything else registered. This service need not be: it counts itself in.
    public init(of router: WireRouter) {
        var complete = router
        complete.register(reflection: ReflectionService(Catalogue(methods: [])))
        self.init(Catalogue(methods: complete.methods))
    }

    init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    // MARK: ReflectionAPI

    public func listServices(
        _ request: ReflectionV1.ListServicesRequest, context: CallContext
    ) async throws -> ReflectionV1.ListServicesResponse {
        ReflectionV1.ListServicesResponse(services: catalogue.services)
    }

    public func getDescriptors(
        _ request: ReflectionV1.GetDescriptorsRequest, context: CallContext
    ) async throws -> ReflectionV1.GetDescriptorsResponse {
        let file: String?
        let what: String
        switch request.target {
        case .symbol(let symbol):
            file = catalogue.file(declaring: try Self.checked(symbol, "symbol"))
            what = "service, method, message or enum '\(symbol)'"
        case .file(let name):
            file = try Self.checked(name, "file")
            what = "file '\(name)'"
        case nil:
            throw WireStatus(.invalidArgument, "name what is to be described: a 'symbol' or a 'file'")
        }
        guard let file, let files = catalogue.withImports(file) else {
            throw WireStatus(
                .notFound,
                "this server knows no \(what): it knows the services that it lists, and what their files declare and import"
            )
        }
        return ReflectionV1.GetDescriptorsResponse(files: files.map(\.descriptor))
    }

    private static func checked(_ name: String, _ field: String) throws -> String {
        guard !name.isEmpty, name.utf8.count <= longestName else {
            throw WireStatus(
                .invalidArgument, "'\(field)' has 1 to \(longestName) bytes, this one has \(name.utf8.count)")
        }
        return name
    }
}
