package struct HealthDocument: Encodable, Hashable, Sendable {
    package var status = "ok"

    package init() {}
}
