import ArgumentParser
import Messages

/// An order's state as it is written on the command line: "ready".
struct OrderStateName: ExpressibleByArgument {
    let state: OrdersV1.OrderState

    private static let names: [(String, OrdersV1.OrderState)] = [
        ("basket", .basket), ("placed", .placed), ("approved", .approved), ("ready", .ready),
        ("completed", .completed), ("rejected", .rejected), ("canceled", .canceled), ("abandoned", .abandoned),
        ("canceling", .canceling),
    ]

    init?(argument: String) {
        guard let known = Self.names.first(where: { $0.0 == argument.lowercased() }) else { return nil }
        state = known.1
    }

    static var allValueStrings: [String] { names.map(\.0) }

    /// The word for a state.
    static func word(_ state: OrdersV1.OrderState) -> String {
        names.first { $0.1 == state }?.0 ?? state.name.lowercased()
    }
}
