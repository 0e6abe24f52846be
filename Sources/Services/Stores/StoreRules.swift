import Kernel
import Messages

/// What names, ids, prices and amounts may be. Every refusal names the field and says what it takes.
public struct StoreRules: Sendable, Hashable {
    /// The mall's one currency, ISO 4217.
    public var currency: String

    /// The largest price, in minor units: with the most lines and units an order stays far below overflow.
    static let maxPrice: Int64 = 100_000_000
    static let maxStock: UInt32 = 1_000_000
    static let maxSizeUnits: UInt32 = 1_000

    public init(currency: String = "EUR") {
        self.currency = currency
    }

    func id(_ value: String, _ field: String) throws(ServiceError) -> String {
        let allowed = value.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
        }
        guard allowed, (1...64).contains(value.utf8.count) else {
            throw .invalidArgument("\(field) takes 1 to 64 lower-case letters, digits and '-'")
        }
        return value
    }

    /// Trimmed text of at most `limit` characters, without control characters.
    func text(_ value: String, _ field: String, limit: Int, required: Bool = true) throws(ServiceError) -> String {
        let trimmed = value.trimmingSpaces
        if required, trimmed.isEmpty { throw .invalidArgument("\(field) is empty") }
        guard trimmed.count <= limit, trimmed.utf8.count <= limit * 4 else {
            throw .invalidArgument("\(field) is longer than \(limit) characters")
        }
        guard !trimmed.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .invalidArgument("\(field) holds control characters")
        }
        return trimmed
    }

    func price(_ value: TypesV1.Money?) throws(ServiceError) -> TypesV1.Money {
        guard let value else { throw .invalidArgument("price is missing") }
        guard value.currencyCode == currency else {
            throw .invalidArgument("price is in '\(value.currencyCode)'; this mall sells in \(currency)")
        }
        guard (1...Self.maxPrice).contains(value.minorUnits) else {
            throw .invalidArgument("price takes 1 to \(Self.maxPrice) minor units, not \(value.minorUnits)")
        }
        return value
    }

    func stock(_ value: UInt32) throws(ServiceError) -> UInt32 {
        guard value <= Self.maxStock else {
            throw .invalidArgument("stock takes at most \(Self.maxStock) units, not \(value)")
        }
        return value
    }

    /// 0, which is what an unset field says, means 1.
    func sizeUnits(_ value: UInt32) throws(ServiceError) -> UInt32 {
        guard value <= Self.maxSizeUnits else {
            throw .invalidArgument("size_units takes at most \(Self.maxSizeUnits), not \(value)")
        }
        return max(1, value)
    }
}

extension String {
    /// Without white space at its ends.
    var trimmingSpaces: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
