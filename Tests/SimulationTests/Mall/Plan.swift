import BotEmulator
import Messages

@testable import BotGateway
@testable import Kernel

/// What one seed is about: how large the mall is, and which kinds of trouble there are. No seed has all of them, so that
/// none hides another.
struct Plan {
    /// Kinds of trouble, each with how often it strikes, in a thousand chances of one a second.
    struct Troubles {
        var serverCrash = 0
        var depotCrash = 0
        var robotCrash = 0
        var forgetting = 0
        var cut = 0
        var stall = 0
        var longStall = 0
        var diskStall = 0
        var takeover = 0
        var clockJump = 0
        var cancel = 0
        var giveUp = 0
        var complaint = 0
        var staff = 0
        var flushFault = 0
        var robotDiskFault = 0
        var shopCrash = 0
        var manager = 0
        var providerDown = 0
        /// In a thousand calls of people.
        var lostCalls = 0
        /// In a thousand looks that a customer has at an order.
        var wrongCode = 0
        var secondThoughts = 0
    }

    let robots: Int
    let orders: Int
    let troubleSeconds: Int
    let mall: DepotV1.Mall
    let stores: Int
    var troubles = Troubles()
    var weather = Weather()
    var body = BodyParameters()
    var server = ServerSettings()
    var robotDiskMs = 1...10
    var declinePerMille = 0
    var repeatPerMille = 0
    var journalLimit = 64
    var isChatty = false
    var provider = ProviderManners()
    /// In a thousand customers each.
    var silent = 0
    var undecided = 0
    var penniless = 0
    /// Of each product at the beginning.
    var stock = 20...200

    init(_ random: SimRandom) {
        robots = random.between(1, 5)
        orders = random.between(1, 8)
        troubleSeconds = random.between(60, 400)
        stores = random.between(1, 5)
        let side = random.between(3, 6)
        mall = Plan.grid(side, random.between(2, 5) * 1_000)
        setTroubles(random)
        setPace(random)
        setShop(random)
    }

    private mutating func setTroubles(_ random: SimRandom) {
        func some(_ most: Int) -> Int { random.chance(400) ? random.between(1, most) : 0 }
        // One in ten has none at all.
        if random.chance(100) { return }
        troubles.serverCrash = some(30)
        troubles.depotCrash = some(30)
        troubles.robotCrash = some(40)
        troubles.forgetting = some(10)
        troubles.cut = some(100)
        troubles.stall = some(50)
        troubles.longStall = some(15)
        troubles.diskStall = some(20)
        troubles.takeover = some(10)
        troubles.clockJump = some(20)
        troubles.cancel = some(30)
        troubles.giveUp = some(30)
        troubles.complaint = some(20)
        troubles.staff = some(60)
        troubles.flushFault = some(30)
        troubles.robotDiskFault = some(20)
        isChatty = random.chance(150)
        troubles.shopCrash = some(40)
        troubles.manager = some(200)
        troubles.providerDown = some(20)
        troubles.lostCalls = some(200)
        troubles.wrongCode = some(400)
        troubles.secondThoughts = some(60)
        provider.loses = some(200)
        provider.losesAnswer = some(200)
        provider.isLate = some(200)
        provider.answersTwice = some(300)
        provider.fails = some(300)
    }

    private mutating func setShop(_ random: SimRandom) {
        provider.latencyMs = random.chance(200) ? 100...8_000 : 5...300
        silent = random.chance(100) ? 200 : 0
        undecided = random.chance(400) ? 200 : 0
        penniless = random.chance(300) ? 300 : 50
        if random.chance(300) { stock = 0...12 }
    }

    private mutating func setPace(_ random: SimRandom) {
        weather.latencyMs = random.chance(300) ? 1...300 : 1...20
        weather.cutPerMille = random.chance(500) ? 300 : 20
        weather.silentPerMille = random.between(0, 500)
        body.pickMs = Int64(random.between(500, 4_000))
        body.unloadMs = 2_000
        body.fullRangeMm = random.chance(300) ? 600_000 : 8_000_000
        body.fullChargeMs = 300_000
        body.patienceMs = Int64(random.between(5, 40) * 1_000)
        body.outOfStockRate = random.chance(500) ? Double(random.between(0, 40)) / 100 : 0
        body.seed = random.next()
        robotDiskMs = random.chance(300) ? 1...400 : 1...10
        journalLimit = random.chance(300) ? 2 : 64
        repeatPerMille = random.chance(300) ? 300 : 0
        declinePerMille = random.chance(300) ? 200 : 0
        server.limits.telemetryIntervalMs = 15_000
        server.limits.maxUnflushedReports = random.chance(400) ? random.between(1, 4) : 256
        server.diskMs = random.chance(300) ? 1...200 : 1...5
        if random.chance(400) {
            server.options.snapshotEvery = random.between(5, 60)
            server.options.commandsPerBatch = random.between(1, 8)
            server.options.foreignEventsPerBatch = random.between(1, 8)
        }
        server.longestDownMs = random.chance(200) ? 90_000 : 5_000
    }

    static func grid(_ side: Int, _ lengthMm: Int) -> DepotV1.Mall {
        var mall = DepotV1.Mall(
            name: "Grid", floors: [.init(number: 0, name: "Ground", widthMm: 1_000_000, depthMm: 1_000_000)],
            depotNode: "n-0-0")
        func place(_ x: Int, _ y: Int) -> TypesV1.Place {
            .init(floor: 0, xMm: Int32(x * lengthMm), yMm: Int32(y * lengthMm))
        }
        for y in 0..<side {
            for x in 0..<side {
                mall.nodes.append(.init(id: "n-\(x)-\(y)", place: place(x, y)))
                if x > 0 {
                    mall.edges.append(.init(from: "n-\(x - 1)-\(y)", to: "n-\(x)-\(y)", lengthMm: UInt32(lengthMm)))
                }
                if y > 0 {
                    mall.edges.append(.init(from: "n-\(x)-\(y - 1)", to: "n-\(x)-\(y)", lengthMm: UInt32(lengthMm)))
                }
            }
        }
        mall.docks = [.init(id: "d-0", node: "n-0-0"), .init(id: "d-1", node: "n-\(side - 1)-\(side - 1)")]
        return mall
    }
}
