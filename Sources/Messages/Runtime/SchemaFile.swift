/// A file of `protos/`, as reflection serves it: what it declares, and its descriptor.
///
/// `SchemaFiles.all`, which is generated, has one for each file.
public struct SchemaFile: Sendable {
    /// A service and its methods' names, in the order in which they are declared.
    public struct Service: Hashable, Sendable {
        /// "mallbots.orders.v1.OrdersService".
        public let name: String
        /// "Checkout".
        public let methods: [String]

        init(name: String, methods: [String]) {
            self.name = name
            self.methods = methods
        }
    }

    /// "mallbots/orders/v1/orders.proto".
    public let name: String
    /// The names of the files that it imports itself.
    public let imports: [String]
    public let services: [Service]
    /// The full names of its messages and enums, nested ones included, sorted: "mallbots.depot.v1.Task".
    public let types: [String]

    private let count: Int
    private let address: @Sendable () -> UnsafeRawPointer?

    /// - Parameter address: `count` bytes that live as long as the program.
    init(
        name: String, imports: [String], services: [Service], types: [String], count: Int,
        address: @escaping @Sendable () -> UnsafeRawPointer?
    ) {
        self.name = name
        self.imports = imports
        self.services = services
        self.types = types
        self.count = count
        self.address = address
    }

    /// The file as a serialized `google.protobuf.FileDescriptorProto`, comments included.
    public var descriptor: [UInt8] {
        // Safe because the bytes are a constant of the program's.
        Array(UnsafeRawBufferPointer(start: address(), count: count))
    }
}
