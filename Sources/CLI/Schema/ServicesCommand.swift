import APIs
import ArgumentParser
import Foundation
import Messages
import Wire

/// `mallbots services`: what a server offers, from what it says itself.
struct ServicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Lists and describes what a server answers.",
        subcommands: [List.self, Describe.self], defaultSubcommand: List.self)
}

extension ServicesCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the services that a server answers.")

        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let services = try await connection.withClient { try await Schema.services($0) }
            if json {
                for service in services { Output.line(service.json()) }
            } else {
                var table = Table(columns: [.init("SERVICE"), .init("METHODS")])
                table.rows = services.map { [.init($0.name), .init($0.methods.joined(separator: ", "))] }
                Output.line(table.lines().joined(separator: "\n"))
            }
        }
    }

    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows services, methods, messages and enums as they stand in their .proto files.",
            discussion: """
                mallbots services describe mallbots.orders.v1.OrdersService
                mallbots services describe mallbots.orders.v1.OrdersService.Checkout
                mallbots services describe mallbots/orders/v1/orders.proto
                """)

        @Argument(
            help: ArgumentHelp(
                "A full name, or a file's. All services when there is none.", valueName: "symbol"))
        var symbol: String?

        @Option(
            help: ArgumentHelp(
                """
                Also write the files to this one as a google.protobuf.FileDescriptorSet, for protoc --descriptor_set_in \
                and other tools.
                """, valueName: "file"))
        var descriptorSet: String?

        @OptionGroup var connection: ServicesOptions

        func run() async throws {
            let symbol = symbol
            let (text, files) = try await connection.withClient { client in
                guard let symbol else { return try await Schema.everything(client) }
                return try await Schema.describe(symbol, client)
            }
            if let descriptorSet { try write(files, to: descriptorSet) }
            Output.line(text)
        }

        private func write(_ files: [[UInt8]], to path: String) throws {
            // A set is nothing but its files, in field 1.
            let set = ReflectionV1.GetDescriptorsResponse(files: files).protobuf()
            do {
                try Data(set).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                throw Failure("cannot write \(path): \(error.localizedDescription)")
            }
        }
    }
}

/// A server's schema, asked for and made readable.
private enum Schema {
    private static var context: CallContext { CallContext(timeout: .seconds(10)) }

    static func services(_ client: WireClient) async throws -> [ReflectionV1.ServiceEntry] {
        try await ReflectionClient(client).listServices(ReflectionV1.ListServicesRequest(), context: context).services
    }

    /// One symbol or file, and the descriptors that it needs.
    static func describe(_ symbol: String, _ client: WireClient) async throws -> (String, [[UInt8]]) {
        let isFile = symbol.hasSuffix(".proto")
        // "/package.Service/Method" is how calls name a method.
        let name = isFile ? symbol : symbol.split(separator: "/").joined(separator: ".")
        let files = try await descriptors(isFile ? .file(name) : .symbol(name), client)
        let text = SchemaText(try files.map { try SchemaTree($0) })
        guard let found = isFile ? text.describe(file: name) : text.describe(name) else {
            throw Failure("the server sent files that do not declare '\(name)'")
        }
        return (found, files)
    }

    static func everything(_ client: WireClient) async throws -> (String, [[UInt8]]) {
        var texts: [String] = []
        var all: [[UInt8]] = []
        for service in try await services(client) {
            let (text, files) = try await describe(service.name, client)
            texts.append(text)
            for file in files where !all.contains(file) { all.append(file) }
        }
        return (texts.joined(separator: "\n\n"), all)
    }

    private static func descriptors(
        _ target: ReflectionV1.GetDescriptorsRequest.Target, _ client: WireClient
    ) async throws -> [[UInt8]] {
        try await ReflectionClient(client)
            .getDescriptors(ReflectionV1.GetDescriptorsRequest(target: target), context: context).files
    }
}
