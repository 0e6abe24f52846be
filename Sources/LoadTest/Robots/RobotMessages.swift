import Messages

/// What the robots of a load test say. It follows from who speaks and the number of the message, so that what is sent again
/// is the same.
enum RobotMessages {
    static func hello(_ bot: String, journal: String, software: String) -> BotsV1.FromBot {
        BotsV1.FromBot(
            body: .hello(
                BotsV1.Hello(
                    botID: bot, model: "load-test", protocolVersion: 1, capacityUnits: 1, journal: journal,
                    software: software)))
    }

    /// A durable report: a fault (some hundred bytes) and its clearing (some twenty) in turn, which a robot may report at
    /// any time. The fault needs no help, so nobody is called.
    static func report(_ number: UInt64) -> BotsV1.FromBot {
        if number % 2 == 1 {
            let fault = BotsV1.Fault(
                code: "load-test", message: "a fault that a load test reports and clears, of about the usual length")
            return BotsV1.FromBot(report: number, body: .fault(fault))
        }
        return BotsV1.FromBot(report: number, body: .faultCleared(BotsV1.FaultCleared(code: "load-test")))
    }

    /// Somewhere on a round through the mall.
    static func telemetry(_ number: UInt64, of robot: Int) -> BotsV1.FromBot {
        let step = number &+ UInt64(robot) &* 7
        return BotsV1.FromBot(
            body: .telemetry(
                BotsV1.Telemetry(
                    place: TypesV1.Place(floor: 1, xMm: Int32(step % 120_000), yMm: Int32(robot % 80_000)),
                    headingDegrees: UInt32(step % 360), speedMmPerS: 800, batteryPercent: UInt32(100 - step / 60 % 80)))
        )
    }

    static let goodbye = BotsV1.FromBot(body: .goodbye(BotsV1.Goodbye(reason: "load test")))
}
