import SwiftProtobufPluginLibrary

/// Emits a service's handler protocol, client and registration.
enum ServiceEmitter {
    /// `OrdersService` -> `Orders`.
    static func baseName(_ service: ServiceDescriptor) -> String { String(service.name.dropLast("Service".count)) }

    static func file(_ service: ServiceDescriptor, _ options: Options) -> String {
        var out = CodePrinter(from: service.file.name)
        // In a test of Messages the values are in the same module.
        if !options.isForTests { out.line("public import Messages") }
        out.line("public import Wire")
        out.line()
        handlers(service, &out)
        out.line()
        client(service, &out)
        out.line()
        registration(service, &out)
        return out.text
    }

    private static func handlers(_ service: ServiceDescriptor, _ out: inout CodePrinter) {
        let comment = commentLines(service)
        out.lines(comment.isEmpty ? ["/// What `\(service.fullName)` answers to."] : comment)
        out.block("public protocol \(baseName(service))API: Sendable") { out in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { out.line() }
                out.lines(commentLines(method))
                out.line(MethodForms(method: method).handler)
            }
        }
    }

    private static func client(_ service: ServiceDescriptor, _ out: inout CodePrinter) {
        let name = baseName(service)
        out.line("/// Calls `\(service.fullName)` over Wire. A failed call throws a `WireStatus`.")
        out.block("public struct \(name)Client: \(name)API") { out in
            out.line("/// The connection that the calls go over.")
            out.line("public let wire: WireClient")
            out.line()
            out.block("public init(_ wire: WireClient)") { $0.line("self.wire = wire") }
            for method in service.methods {
                let forms = MethodForms(method: method)
                out.line()
                out.lines(commentLines(method))
                out.block("public " + forms.handler) { $0.line(forms.handlerCall) }
                guard let (head, call) = forms.scoped else { continue }
                out.line()
                out.lines(commentLines(method))
                out.line(forms.scopedNote)
                out.block("public nonisolated(nonsending) " + head) { $0.line(call) }
            }
        }
    }

    private static func registration(_ service: ServiceDescriptor, _ out: inout CodePrinter) {
        let name = baseName(service)
        let label = name.prefix(1).lowercased() + name.dropFirst()
        out.block("extension WireRouter") { out in
            out.line("/// Has `service` answer the calls to `\(service.fullName)`.")
            out.block("public mutating func register(\(label) service: some \(name)API)") { out in
                for method in service.methods { out.lines(MethodForms(method: method).registration) }
            }
            for method in service.methods {
                let forms = MethodForms(method: method)
                guard let (head, body) = forms.reactorRegistration(label: label) else { continue }
                out.line()
                out.line(
                    "/// Has a reactor, which `make` makes, answer each call to `\(service.fullName)/\(method.name)`.")
                out.block("public mutating " + head) { $0.line(body) }
            }
        }
    }
}
