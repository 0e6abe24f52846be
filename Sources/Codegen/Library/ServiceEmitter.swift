import SwiftProtobufPluginLibrary

/// Emits a service's handler protocol, client and registration.
enum ServiceEmitter {
    /// `OrdersService` -> `Orders`.
    static func baseName(_ service: ServiceDescriptor) -> String { String(service.name.dropLast("Service".count)) }

    static func file(_ service: ServiceDescriptor) -> String {
        var out = CodePrinter(from: service.file.name)
        out.line("public import Messages")
        out.line("public import Wire")
        out.line()
        handlers(service, &out)
        return out.text
    }

    private static func handlers(_ service: ServiceDescriptor, _ out: inout CodePrinter) {
        let comment = commentLines(service)
        out.lines(comment.isEmpty ? ["/// `\(service.fullName)`: what it answers to."] : comment)
        out.block("public protocol \(baseName(service))API: Sendable") { out in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { out.line() }
                out.lines(commentLines(method))
                out.line(signature(method))
            }
        }
    }

    /// A handler's signature, the same for a service in process and for a client over Wire.
    static func signature(_ method: MethodDescriptor) -> String {
        let request = SwiftNames.full(method.inputType)
        let response = SwiftNames.full(method.outputType)
        var parameters = [method.clientStreaming ? "_ inbound: WireInbound<\(request)>" : "_ request: \(request)"]
        if method.serverStreaming { parameters.append("_ outbound: WireOutbound<\(response)>") }
        parameters.append("context: CallContext")
        let result = method.serverStreaming ? "" : " -> \(response)"
        return "func \(SwiftNames.method(method))(\(parameters.joined(separator: ", "))) async throws\(result)"
    }
}
