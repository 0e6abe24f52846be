/// Whether bytes that come in pieces are UTF-8, told at the first byte after which they cannot be.
struct UTF8Check {
    /// Bytes of the character begun that are still to come.
    private var missing = 0
    /// What the next of them may be: the first one after the lead is bounded more closely than the rest, so that nothing
    /// is longer than it must be, a surrogate, or above U+10FFFF (Unicode, table 3-7).
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    /// Whether no character is left unfinished.
    var isComplete: Bool { missing == 0 }

    /// - Returns: false once they can be no UTF-8 any more
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0 {
                // Most text is ASCII: eight at a time.
                while index + 8 <= bytes.count,
                    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    index += 8
                }
                guard index < bytes.count else { return true }
            }
            guard take(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard byte >= low, byte <= high else { return false }
            missing -= 1
            (low, high) = (0x80, 0xBF)
            return true
        }
        (low, high) = (0x80, 0xBF)
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, low) = (2, 0xA0)
        case 0xED: (missing, high) = (2, 0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, low) = (3, 0x90)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, high) = (3, 0x8F)
        default: return false
        }
        return true
    }
}
