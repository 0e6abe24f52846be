/// Why bytes are not a message, and where in the message.
public struct DecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The bytes end within a field.
        case truncated
        /// A tag or varint that no encoder writes: field number 0, a varint over 10 bytes, a group, a stray bit.
        case malformed
        /// The field's wire type is not that of its type in the schema.
        case wrongWireType
        /// A oneof's message comes twice, or one that has a oneof in it. Other implementations merge the two; protobuf-c
        /// would drop the first, or refuse.
        case repeatedOneof
        /// A string is not UTF-8.
        case invalidUTF8
        /// More fields than `DecodingLimits.fields`.
        case tooManyFields
        /// Decoding would take more memory than `DecodingLimits.memory`.
        case tooMuchMemory
    }

    /// What is wrong.
    public let reason: Reason

    /// The full name of the innermost message that is wrong: "mallbots.orders.v1.OrderPlaced".
    public let message: String

    /// The field's name in the schema, "#7" for one that the schema does not have, empty when it is not known.
    public let field: String

    public init(_ reason: Reason, message: String, field: String = "") {
        self.reason = reason
        self.message = message
        self.field = field
    }

    public var description: String {
        let place = field.isEmpty ? message : "\(message).\(field)"
        return switch reason {
        case .truncated: "\(place): the bytes end within the message"
        case .malformed: "\(place): not protobuf"
        case .wrongWireType: "\(place): the wire type does not fit the field's type"
        case .repeatedOneof: "\(place): a message of a oneof, or with one in it, is given twice"
        case .invalidUTF8: "\(place): not UTF-8"
        case .tooManyFields: "\(place): too many fields"
        case .tooMuchMemory: "\(place): decoding takes too much memory"
        }
    }
}

/// What decoding one message may cost, so that no peer can make it cost more.
public struct DecodingLimits: Hashable, Sendable {
    /// The most fields, counted as they occur in the bytes, nested messages' included. A packed field counts once.
    public var fields: Int

    /// The most bytes that protobuf-c may allocate while it unpacks.
    public var memory: Int

    /// Whether plain messages are unpacked without protobuf-c's help.
    var isDirect = true

    public init(fields: Int = 4_096, memory: Int = 4 << 20) {
        self.fields = fields
        self.memory = memory
    }

    /// For what comes from a peer.
    public static let `default` = DecodingLimits()

    /// For what this process wrote itself, such as its own snapshots: no limit but the machine's.
    public static let unlimited = DecodingLimits(fields: .max, memory: .max)

    /// For tests that compare the two ways to unpack.
    static var withoutDirectUnpacking: DecodingLimits {
        var limits = DecodingLimits.default
        limits.isDirect = false
        return limits
    }
}
