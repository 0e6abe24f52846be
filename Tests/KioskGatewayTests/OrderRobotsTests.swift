import Kernel
import Messages
import Testing
import Web

@testable import KioskGateway

/// `#expect` takes no mutating call.
private final class Robots {
    private var value: OrderRobots

    init(orderID: String) {
        value = OrderRobots(orderID: orderID)
    }

    func take(_ sightings: [RobotSighting]) -> Bool { value.take(sightings) }
    var document: RobotsDocument { value.document }
}

struct OrderRobotsTests {
    private func sighting(_ id: String, _ task: String, x: Int32 = 0) -> RobotSighting {
        RobotSighting(
            botID: id,
            telemetry: BotsV1.Telemetry(
                place: TypesV1.Place(floor: 1, xMm: x, yMm: 2), headingDegrees: 90, speedMmPerS: 3, batteryPercent: 4,
                taskID: task, distanceLeftMm: 5), time: Timestamp(unixMs: 1))
    }

    @Test func onlyTheRobotsOfTheOrderCount() {
        let robots = Robots(orderID: "o-1")
        #expect(!robots.take([sighting("x", "o-12/1"), sighting("y", ""), sighting("z", "o-1")]))
        #expect(robots.take([sighting("b", "o-1/2"), sighting("a", "o-1/1"), sighting("x", "o-2/1")]))
        #expect(robots.document.robots.map(\.botId) == ["a", "b"])
        #expect(robots.document.robots.map(\.trip) == [1, 2])
    }

    @Test func theNewestOfEachIsTold() {
        let robots = Robots(orderID: "o")
        #expect(robots.take([sighting("a", "o/1", x: 1)]))
        #expect(robots.take([sighting("a", "o/1", x: 2)]))
        #expect(robots.document.robots.map(\.place?.xMm) == [2])
    }

    @Test func aRobotThatHasDoneItsPartIsGone() {
        let robots = Robots(orderID: "o")
        #expect(robots.take([sighting("a", "o/1")]))
        #expect(robots.take([sighting("a", "p/1")]))
        #expect(robots.document.robots.isEmpty)
        #expect(!robots.take([sighting("a", "p/1")]), "there is nothing new to tell")
    }
}
