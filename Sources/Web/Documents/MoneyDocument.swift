package import Messages

// What the APIs answer: values that become JSON objects, their names in snake_case. Absent where nil.

package struct MoneyDocument: Encodable, Hashable, Sendable {
    package var minorUnits: Int64
    package var currencyCode: String

    package init(_ money: TypesV1.Money) {
        minorUnits = money.minorUnits
        currencyCode = money.currencyCode
    }

    package init?(_ money: TypesV1.Money?) {
        guard let money else { return nil }
        self.init(money)
    }
}
