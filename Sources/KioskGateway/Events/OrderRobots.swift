import Messages
import Web

/// The robots that fetch one order, as far as their telemetry tells: those whose task is one of the order's. Pure.
struct OrderRobots: Sendable {
    /// An order's tasks are named after it.
    private let prefix: String
    private var robots: [String: RobotSighting] = [:]

    init(orderID: String) {
        prefix = orderID + "/"
    }

    /// Takes the newest of some robots.
    /// - Returns: whether there is something new to tell
    mutating func take(_ sightings: [RobotSighting]) -> Bool {
        var changed = false
        for sighting in sightings {
            if sighting.telemetry.taskID.hasPrefix(prefix) {
                robots[sighting.botID] = sighting
                changed = true
            } else if robots.removeValue(forKey: sighting.botID) != nil {
                changed = true
            }
        }
        return changed
    }

    /// By robot.
    var document: RobotsDocument {
        RobotsDocument(
            robots: robots.values.sorted { $0.botID < $1.botID }.map { sighting in
                let telemetry = sighting.telemetry
                return RobotsDocument.Robot(
                    botId: sighting.botID, trip: Int(telemetry.taskID.dropFirst(prefix.count)),
                    place: PlaceDocument(telemetry.place), headingDegrees: telemetry.headingDegrees,
                    speedMmPerS: telemetry.speedMmPerS, distanceLeftMm: telemetry.distanceLeftMm)
            })
    }
}

/// Where an order's robots are.
struct RobotsDocument: Encodable, Hashable, Sendable {
    struct Robot: Encodable, Hashable, Sendable {
        var botId: String
        /// The number of the trip among the order's trips.
        var trip: Int?
        var place: PlaceDocument?
        /// Degrees clockwise from north.
        var headingDegrees: UInt32
        var speedMmPerS: UInt32
        /// To the next stop, or to the depot.
        var distanceLeftMm: UInt32
    }

    var robots: [Robot]
}
