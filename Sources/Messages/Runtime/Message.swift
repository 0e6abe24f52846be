/// A protobuf message as a Swift value.
///
/// Conforming types are generated from the files in `protos/`. The requirements that begin with an underscore are
/// fulfilled by generated code and are not for callers.
public protocol Message: Hashable, Sendable {
    /// The message with every field at its default.
    init()

    /// The full name in the schema: "mallbots.orders.v1.OrderPlaced".
    static var protobufName: String { get }

    /// protobuf-c's descriptor of this message, a `const ProtobufCMessageDescriptor *`.
    static var _descriptor: UnsafeRawPointer { get }

    /// Decodes the message by way of protobuf-c's struct.
    static func _decode(
        _ bytes: UnsafeRawBufferPointer, _ limits: DecodingLimits
    ) throws(DecodingError) -> Self

    /// Fills protobuf-c's struct for this message, with storage from `arena`, in which it stays valid.
    func _encode(_ arena: inout _EncodingArena) -> UnsafeMutableRawPointer

    /// Prints this message as a JSON object.
    func _print(_ json: inout _JSONPrinter)
}

/// A protobuf enum as a Swift value that keeps numbers it has no name for.
///
/// Two values are equal when their numbers are.
public protocol ProtobufEnum: Hashable, Sendable, CaseIterable {
    /// The default: the case with number 0.
    init()

    /// The case with this number, `unrecognized` if there is none.
    init(rawValue: Int32)

    /// The number on the wire.
    var rawValue: Int32 { get }

    /// The name in the schema ("ORDER_STATE_BASKET"), or nil if there is none.
    var knownName: String? { get }
}

extension ProtobufEnum {
    /// The name in the schema, or the number in decimal if there is none.
    public var name: String { knownName ?? String(rawValue) }

    public static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}
