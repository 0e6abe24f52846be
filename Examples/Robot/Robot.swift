import Messages
import RobotLink

/// A robot without a body: it is where it is to be at once, and everything is in stock.
@main struct ExampleRobot {
    static let request = BotsV1.FromBot.Body.taskRequest(.init(capacityUnits: 24, batteryPercent: 100))

    static func main() async throws {
        // The robot's id, the gateway's host and port, and the folder where the certificates are.
        let arguments = CommandLine.arguments
        let (id, host, port, folder) = (arguments[1], arguments[2], Int(arguments[3]) ?? 7443, arguments[4])
        let gateway = try Gateway(host: host, port: port, botID: id, certificates: folder)
        let robot = try RobotClient(card: .init(botID: id, model: "example", capacityUnits: 24), directory: "journal")
        try await robot.run(at: gateway) {
            if robot.recovered.openDirectives.isEmpty { try await robot.report(request) }
            for try await directive in robot.directives {
                switch directive.body {
                case .assignTask(let task): try await fetch(task, directive, robot)
                case .cancelTask(let task):  // comes too late for a robot that looks up only between tasks
                    let over = BotsV1.TaskAbandoned(taskID: task.taskID, epoch: task.epoch, returned: true)
                    try await robot.report(.taskAbandoned(over), finishing: directive)
                default: robot.finish(directive)
                }
            }
        }
    }

    static func fetch(_ task: BotsV1.AssignTask, _ directive: BotsV1.ToBot, _ robot: RobotClient) async throws {
        let (id, epoch) = (task.taskID, task.epoch)
        let said = robot.reports(on: id, epoch: epoch)  // before a restart: not again
        func say(_ report: BotsV1.FromBot.Body) async throws {
            if !said.contains(report) { try await robot.report(report) }
        }
        try await say(.taskAccepted(.init(taskID: id, epoch: epoch)))
        for stop in task.stops {  // here a robot drives to `stop.node`
            try await say(.stopReached(.init(taskID: id, epoch: epoch, storeID: stop.storeID)))
            for item in stop.items {
                let (product, units) = (item.productID, item.quantity)
                let picked = BotsV1.ItemPicked(
                    taskID: id, epoch: epoch, storeID: stop.storeID, productID: product, quantity: units)
                try await say(.itemPicked(picked))
            }
            try await say(.stopDone(.init(taskID: id, epoch: epoch, storeID: stop.storeID)))
        }
        try await robot.report(.taskDelivered(.init(taskID: id, epoch: epoch)), finishing: directive)
        try await robot.report(request)
    }
}
