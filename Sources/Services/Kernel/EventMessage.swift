public import Messages

/// The message that one service's log holds: a oneof of all its events.
public protocol EventMessage: Message {
    /// The event's name, "OrderPlaced"; empty when the message holds no event that this program knows.
    var typeName: String { get }
}

// Here, and not in the services, because each service's events are also read by others, which may not import it.
extension StoresV1.Event: EventMessage {
    public var typeName: String { kind?.typeName ?? "" }
}
extension OrdersV1.Event: EventMessage {
    public var typeName: String { kind?.typeName ?? "" }
}
extension PaymentsV1.Event: EventMessage {
    public var typeName: String { kind?.typeName ?? "" }
}
extension DepotV1.Event: EventMessage {
    public var typeName: String { kind?.typeName ?? "" }
}
extension BotsV1.Event: EventMessage {
    public var typeName: String { kind?.typeName ?? "" }
}
extension StaffV1.Event: EventMessage {
    public var typeName: String { kind?.typeName ?? "" }
}
