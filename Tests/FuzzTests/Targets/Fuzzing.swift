/// Something that a fuzz target saw and that must never happen.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String
}

/// What a target does with one input: nothing, or it throws a finding. A crash is a finding too.
typealias FuzzTarget = @Sendable (UnsafeRawBufferPointer) throws -> Void

/// Throws unless `holds`.
@inline(__always)
func always(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
    if !holds { throw FuzzFinding(description: otherwise()) }
}

/// Takes decisions from an input's bytes, front to back. When they have run out, every decision is 0.
struct FuzzReader {
    private var rest: UnsafeRawBufferPointer

    init(_ input: UnsafeRawBufferPointer) { rest = input }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 {
        guard let first = rest.first else { return 0 }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        return first
    }

    mutating func bool() -> Bool { byte() & 1 == 1 }

    /// One of `0..<count`.
    mutating func below(_ count: Int) -> Int { Int(byte()) % count }

    mutating func one<T>(of choices: [T]) -> T { choices[below(choices.count)] }

    /// 32 bits, as far as there are any.
    mutating func word() -> UInt32 { (0..<4).reduce(0) { word, _ in word << 8 | UInt32(byte()) } }

    /// The next bytes, fewer when there are not so many.
    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer {
        let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        return taken
    }

    /// All that is left.
    mutating func all() -> UnsafeRawBufferPointer { bytes(rest.count) }
}
