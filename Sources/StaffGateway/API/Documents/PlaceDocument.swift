import Messages

/// A point in the mall, in millimetres from the floor's south-west corner.
struct PlaceDocument: Encodable, Hashable, Sendable {
    var floor: Int32
    var xMm: Int32
    var yMm: Int32

    init(_ place: TypesV1.Place) {
        floor = place.floor
        xMm = place.xMm
        yMm = place.yMm
    }
}
