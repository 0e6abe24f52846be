import SwiftProtobufPluginLibrary

/// The forms that one method of a service takes in Swift.
struct MethodForms {
    let method: MethodDescriptor

    private var name: String { SwiftNames.method(method) }
    private var request: String { SwiftNames.full(method.inputType) }
    private var response: String { SwiftNames.full(method.outputType) }
    private var path: String { "\"/\(method.service.fullName)/\(method.name)\"" }
    private var inbound: String { "inbound: WireInbound<\(request)>" }
    private var outbound: String { "outbound: WireOutbound<\(response)>" }

    /// The handler's signature, the same for a service in process and for a client over Wire.
    var handler: String {
        switch (method.clientStreaming, method.serverStreaming) {
        case (false, false):
            "func \(name)(_ request: \(request), context: CallContext) async throws -> \(response)"
        case (false, true):
            "func \(name)(_ request: \(request), _ \(outbound), context: CallContext) async throws"
        case (true, false):
            "func \(name)(_ \(inbound), context: CallContext) async throws -> \(response)"
        case (true, true):
            "func \(name)(_ \(inbound), _ \(outbound), context: CallContext) async throws"
        }
    }

    /// What a client's handler form does.
    var handlerCall: String {
        switch (method.clientStreaming, method.serverStreaming) {
        case (false, false): "try await wire.unary(\(path), request, context: context)"
        case (false, true): "try await wire.relay(serverStreaming: \(path), request, outbound, context: context)"
        case (true, false): "try await wire.relay(clientStreaming: \(path), inbound, context: context)"
        case (true, true): "try await wire.relay(bidirectional: \(path), inbound, outbound, context: context)"
        }
    }

    /// The caller's form of a streaming method, with a closure that the call lives as long as; nil for a unary one.
    var scoped: (head: String, call: String)? {
        let toServer = "WireOutbound<\(request)>"
        let fromServer = "WireInbound<\(response)>"
        let closure = "_ body: nonisolated(nonsending)"
        switch (method.clientStreaming, method.serverStreaming) {
        case (false, false):
            return nil
        case (false, true):
            return (
                "func \(name)<R>(_ request: \(request), context: CallContext, "
                    + "\(closure) (\(fromServer)) async throws -> R) async throws -> R",
                "try await wire.serverStreaming(\(path), request, context: context, body)"
            )
        case (true, false):
            return (
                "func \(name)(context: CallContext, "
                    + "\(closure) (\(toServer)) async throws -> Void) async throws -> \(response)",
                "try await wire.clientStreaming(\(path), context: context, body)"
            )
        case (true, true):
            return (
                "func \(name)<R>(context: CallContext, "
                    + "\(closure) (\(fromServer), \(toServer)) async throws -> R) async throws -> R",
                "try await wire.call(\(path), context: context, body)"
            )
        }
    }

    /// The comment line that tells the caller's form from the handler's.
    var scopedNote: String {
        method.serverStreaming
            ? "/// The call lives as long as `body`, which gets what the service sends."
            : "/// `body` sends the requests; the service answers once it has returned."
    }

    /// How a router learns of a reactor for a bidirectional method; nil for any other.
    func reactorRegistration(label: String) -> (head: String, body: String)? {
        guard method.clientStreaming, method.serverStreaming else { return nil }
        let argument = label + name.prefix(1).uppercased() + name.dropFirst()
        let make = "@escaping @Sendable (WireReply<\(response)>) throws -> any WireReactor<\(request)>"
        return ("func register(\(argument) make: \(make))", "register(reactor: \(path), make: make)")
    }

    /// How a router learns of the method.
    var registration: [String] {
        switch (method.clientStreaming, method.serverStreaming) {
        case (false, false):
            [
                "register(unary: \(path)) { (request: \(request), context) in",
                "    try await service.\(name)(request, context: context)", "}",
            ]
        case (false, true):
            [
                "register(serverStreaming: \(path)) { (request: \(request), outbound, context) in",
                "    try await service.\(name)(request, outbound, context: context)", "}",
            ]
        case (true, false):
            [
                "register(clientStreaming: \(path)) { (inbound: WireInbound<\(request)>, context) in",
                "    try await service.\(name)(inbound, context: context)", "}",
            ]
        case (true, true):
            [
                "register(bidirectional: \(path)) { (inbound: WireInbound<\(request)>, outbound, context) in",
                "    try await service.\(name)(inbound, outbound, context: context)", "}",
            ]
        }
    }
}
