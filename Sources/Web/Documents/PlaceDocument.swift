package import Messages

/// A point in the mall, in millimetres from its floor's south-west corner, eastwards and northwards.
package struct PlaceDocument: Encodable, Hashable, Sendable {
    package var floor: Int32
    package var xMm: Int32
    package var yMm: Int32

    package init(_ place: TypesV1.Place) {
        floor = place.floor
        xMm = place.xMm
        yMm = place.yMm
    }

    package init?(_ place: TypesV1.Place?) {
        guard let place else { return nil }
        self.init(place)
    }
}
