import CMessages

/// What generated code uses to read protobuf-c's structs.
enum FromC {
    /// A string's value, checked to be UTF-8.
    @inline(__always)
    static func string(
        _ data: ProtobufCBinaryData, _ message: StaticString, _ field: StaticString
    ) throws(DecodingError) -> String {
        if data.len == 0 { return "" }
        if let value = text(UnsafeBufferPointer(start: data.data, count: data.len)) { return value }
        throw DecodingError(.invalidUTF8, message: message.description, field: field.description)
    }

    /// The string of these bytes, or nil if they are not UTF-8.
    @inline(never)
    private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard let utf8 = try? UTF8Span(validating: bytes.span) else { return nil }
        return String(copying: utf8)
    }

    /// A copy of bytes.
    @inline(__always)
    static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        data.len == 0 ? [] : Array(UnsafeBufferPointer(start: data.data, count: data.len))
    }

    /// A copy of numbers that are the same in C.
    @inline(__always)
    static func scalars<T: BitwiseCopyable>(_ values: UnsafeMutablePointer<T>?, _ count: Int) -> [T] {
        count == 0 ? [] : Array(UnsafeBufferPointer(start: values, count: count))
    }

    /// One of the elements of a repeated field.
    @inline(__always)
    static func item<T>(_ values: UnsafeMutablePointer<T>?, _ index: Int) -> T {
        // Safe because protobuf-c gives an array of n elements with each count n above 0.
        values![index]
    }

    /// One of the messages of a repeated field.
    @inline(__always)
    static func message<T>(_ values: UnsafeMutablePointer<UnsafeMutablePointer<T>?>?, _ index: Int) -> UnsafePointer<T>
    {
        // Safe because protobuf-c gives an array of n messages, none of them null, with each count n above 0.
        UnsafePointer(values![index]!)
    }
}
