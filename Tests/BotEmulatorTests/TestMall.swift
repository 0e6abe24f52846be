import Messages

@testable import BotEmulator

/// A mall of four nodes, and what a depot says in it.
enum TestMall {
    /// dock - a - b - depot, 10 m each.
    static let graph = MallGraph(
        DepotV1.Mall(
            nodes: ["dock", "a", "b", "depot"].enumerated().map { index, id in
                DepotV1.Node(id: id, place: TypesV1.Place(xMm: Int32(index) * 10_000))
            },
            edges: [("dock", "a"), ("a", "b"), ("b", "depot")].map {
                DepotV1.Edge(from: $0.0, to: $0.1, lengthMm: 10_000)
            },
            docks: [DepotV1.Dock(id: "d-1", node: "dock")], depotNode: "depot"))

    /// Two stores, at a and at b.
    static func task(_ id: String = "t", epoch: UInt64 = 1, units: UInt32 = 2) -> BotsV1.ToBot {
        func stop(_ store: String, _ node: String) -> TypesV1.Stop {
            TypesV1.Stop(
                storeID: store, node: node,
                items: [TypesV1.Item(productID: "p", quantity: units, sizeUnits: 1)])
        }
        return BotsV1.ToBot(
            directive: 1,
            body: .assignTask(
                BotsV1.AssignTask(
                    taskID: id, epoch: epoch, stops: [stop("s-a", "a"), stop("s-b", "b")], depotNode: "depot")))
    }

    static func body(_ id: String = "b-1", _ change: (inout BodyParameters) -> Void = { _ in }) -> Body {
        var parameters = BodyParameters()
        change(&parameters)
        guard let body = Body(botID: id, number: 0, graph: graph, parameters: parameters, now: 0) else {
            preconditionFailure("the mall has nodes")
        }
        return body
    }
}
