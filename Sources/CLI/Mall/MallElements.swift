import Messages
import Yams

/// What a mall file says, element by element, each with its place in the file.
struct MallElements {
    /// A value, and where it stands.
    struct Located<Value> {
        var value: Value
        var line: Int
        var path: String
    }

    struct Store {
        var id: String
        var name: String
        var category: String
        var node: String
        var participating: Bool
    }

    var reader = MallFileReader()
    var name = ""
    var currency = "EUR"
    var floors: [Located<DepotV1.Floor>] = []
    var nodes: [Located<DepotV1.Node>] = []
    /// A length of 0 is yet to be worked out from the places of its ends.
    var edges: [Located<DepotV1.Edge>] = []
    var docks: [Located<DepotV1.Dock>] = []
    var depot = Located(value: "", line: 0, path: "depot")
    var stores: [Located<Store>] = []
    var products: [Located<StoresV1.AddProductRequest>] = []

    mutating func read(_ root: Node) {
        guard var file = reader.mapping(root, path: "") else { return }
        name = reader.text("name", of: &file, limit: 80) ?? ""
        readCurrency(&file)
        for element in reader.list("floors", of: &file, required: true) { readFloor(element.node, element.path) }
        for element in reader.list("nodes", of: &file, required: true) { readNode(element.node, element.path) }
        for element in reader.list("edges", of: &file, required: false) { readEdge(element.node, element.path) }
        for element in reader.list("docks", of: &file, required: true) { readDock(element.node, element.path) }
        depot.line = reader.line("depot", file)
        depot.value = reader.id("depot", of: &file) ?? ""
        for element in reader.list("stores", of: &file, required: true) { readStore(element.node, element.path) }
        reader.finish(
            file, known: ["name", "currency", "floors", "nodes", "edges", "docks", "depot", "stores"])
    }

    private mutating func readCurrency(_ file: inout MallFileReader.Fields) {
        let line = reader.line("currency", file)
        guard let text = reader.text("currency", of: &file, required: false, limit: 3) else { return }
        guard text == "EUR" else {
            reader.fail(line, "currency", "is '\(text)'; this mall sells in EUR")
            return
        }
        currency = text
    }

    private mutating func readFloor(_ node: Node, _ path: String) {
        guard var fields = reader.mapping(node, path: path) else { return }
        let number = reader.integer("number", of: &fields, in: -100...200)
        let name = reader.text("name", of: &fields, required: false, limit: 80) ?? ""
        let width = reader.integer("width_mm", of: &fields, in: 1...10_000_000)
        let depth = reader.integer("depth_mm", of: &fields, in: 1...10_000_000)
        reader.finish(fields, known: ["number", "name", "width_mm", "depth_mm"])
        guard let number, let width, let depth else { return }
        floors.append(
            Located(
                value: DepotV1.Floor(
                    number: Int32(number), name: name, widthMm: UInt32(width), depthMm: UInt32(depth)),
                line: node.line, path: path))
    }

    private mutating func readNode(_ node: Node, _ path: String) {
        guard var fields = reader.mapping(node, path: path) else { return }
        let id = reader.id("id", of: &fields)
        let floor = reader.integer("floor", of: &fields, in: -100...200)
        let x = reader.integer("x_mm", of: &fields, in: 0...10_000_000)
        let y = reader.integer("y_mm", of: &fields, in: 0...10_000_000)
        reader.finish(fields, known: ["id", "floor", "x_mm", "y_mm"])
        guard let id, let floor, let x, let y else { return }
        let place = TypesV1.Place(floor: Int32(floor), xMm: Int32(x), yMm: Int32(y))
        nodes.append(Located(value: DepotV1.Node(id: id, place: place), line: node.line, path: path))
    }

    private mutating func readEdge(_ node: Node, _ path: String) {
        guard var fields = reader.mapping(node, path: path) else { return }
        let from = reader.id("from", of: &fields)
        let to = reader.id("to", of: &fields)
        let length = reader.integer("length_mm", of: &fields, in: 1...100_000_000, fallback: 0)
        reader.finish(fields, known: ["from", "to", "length_mm"])
        guard let from, let to, let length else { return }
        edges.append(
            Located(
                value: DepotV1.Edge(from: from, to: to, lengthMm: UInt32(length)), line: node.line, path: path))
    }

    private mutating func readDock(_ node: Node, _ path: String) {
        guard var fields = reader.mapping(node, path: path) else { return }
        let id = reader.id("id", of: &fields)
        let place = reader.id("node", of: &fields)
        reader.finish(fields, known: ["id", "node"])
        guard let id, let place else { return }
        docks.append(Located(value: DepotV1.Dock(id: id, node: place), line: node.line, path: path))
    }

    private mutating func readStore(_ node: Node, _ path: String) {
        guard var fields = reader.mapping(node, path: path) else { return }
        let id = reader.id("id", of: &fields)
        let name = reader.text("name", of: &fields, limit: 80)
        let category = reader.text("category", of: &fields, required: false, limit: 40) ?? ""
        let place = reader.id("node", of: &fields)
        let participating = reader.boolean("participating", of: &fields, fallback: true)
        for element in reader.list("products", of: &fields, required: false) {
            readProduct(element.node, element.path, storeID: id ?? "")
        }
        reader.finish(fields, known: ["id", "name", "category", "node", "participating", "products"])
        guard let id, let name, let place, let participating else { return }
        stores.append(
            Located(
                value: Store(id: id, name: name, category: category, node: place, participating: participating),
                line: node.line, path: path))
    }

    private mutating func readProduct(_ node: Node, _ path: String, storeID: String) {
        guard var fields = reader.mapping(node, path: path) else { return }
        let id = reader.id("id", of: &fields)
        let name = reader.text("name", of: &fields, limit: 80)
        let description = reader.text("description", of: &fields, required: false, limit: 500) ?? ""
        let price = reader.integer("price_minor_units", of: &fields, in: 1...100_000_000)
        let stock = reader.integer("stock", of: &fields, in: 0...1_000_000)
        let size = reader.integer("size_units", of: &fields, in: 1...1_000, fallback: 1)
        reader.finish(fields, known: ["id", "name", "description", "price_minor_units", "stock", "size_units"])
        guard let id, let name, let price, let stock, let size else { return }
        let product = MallPlan.product(
            id: id, storeID: storeID, name: name, description: description,
            price: TypesV1.Money(minorUnits: Int64(price), currencyCode: currency), stock: UInt32(stock),
            sizeUnits: UInt32(size))
        products.append(Located(value: product, line: node.line, path: path))
    }
}
