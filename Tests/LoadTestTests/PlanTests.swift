import Testing

@testable import LoadTest

@Suite struct PlanTests {
    @Test func aCadenceCountsWhatIsDue() {
        let cadence = Cadence(first: 250, period: 1_000)
        #expect(cadence.due(1) == 250 && cadence.due(2) == 1_250 && cadence.due(4) == 3_250)
        #expect(cadence.count(by: -1) == 0 && cadence.count(by: 249) == 0)
        #expect(cadence.count(by: 250) == 1 && cadence.count(by: 1_249) == 1 && cadence.count(by: 1_250) == 2)
        #expect(cadence.due(.max) == .max)
        for number in 1...50 as ClosedRange<UInt64> {
            #expect(cadence.count(by: cadence.due(number)) == number)
            #expect(cadence.count(by: cadence.due(number) - 1) == number - 1)
        }
    }

    @Test(arguments: [1, 2, 3, 7, 100]) func turnsComeInOrderEachRobotOncePerPeriod(robots: Int) {
        let plan = LoadPlan(profile: .reports, streams: robots, rate: 10)
        var rota = Rota((0..<robots).map { Rota.Seat(robot: $0, cadence: plan.cadence(ofRobot: $0)) })
        var turns: [(robot: Int, due: Int64)] = []
        while let turn = rota.take(by: 999_999_999) { turns.append(turn) }
        #expect(turns.count == robots * 10)
        for (left, right) in zip(turns, turns.dropFirst()) { #expect(left.due <= right.due) }
        for robot in 0..<robots {
            let own = turns.filter { $0.robot == robot }.map(\.due)
            #expect(own == (1...10).map { plan.cadence(ofRobot: robot).due($0) })
        }
        #expect(rota.due == 1_000_000_000)
        #expect(rota.take(by: 999_999_999) == nil)
    }

    @Test func nobodyHasNoTurn() {
        var rota = Rota([])
        #expect(rota.due == nil)
        #expect(rota.take(by: .max) == nil)
    }

    @Test func robotsAreSpreadOverAPeriod() {
        let plan = LoadPlan(profile: .telemetry, streams: 4, rate: 2)
        #expect((0..<4).map { plan.cadence(ofRobot: $0).first } == [0, 125_000_000, 250_000_000, 375_000_000])
        #expect(plan.cadence(ofRobot: 0).period == 500_000_000)
    }

    @Test func aMixtureHasAllKindsAndItsStormIsAtATenth() {
        let plan = LoadPlan(profile: .mixed, streams: 1_000, rate: 1)
        let roles = (0..<1_000).map { plan.profile.role(ofRobot: $0) }
        let counts = Dictionary(grouping: roles) { $0 }.mapValues(\.count)
        #expect(counts == [.idle: 100, .storm: 100, .reports: 400, .telemetry: 400])
        #expect(plan.period(of: .storm) == 10_000_000_000 && plan.period(of: .reports) == 1_000_000_000)
        #expect(LoadPlan(profile: .storm, streams: 1, rate: 4).period(of: .storm) == 250_000_000)
        // Few robots are a mixture, too.
        #expect(Set(roles.prefix(3)) == [.reports, .telemetry, .storm])
    }

    @Test(arguments: LoadProfile.allCases) func aProfileKnowsWhatItsRobotsDo(profile: LoadProfile) {
        let roles = Set((0..<20).map { profile.role(ofRobot: $0) })
        #expect(profile.hasReports == roles.contains(.reports))
        #expect(profile.hasStorm == roles.contains(.storm))
        #expect(profile.hasTelemetry == roles.contains(.telemetry))
    }

    @Test func connectionsAreSharedEvenlyAndSpreadOverTheRamp() {
        let plan = LoadPlan(profile: .reports, streams: 10, connections: 4, ramp: .seconds(2))
        #expect(plan.hasRelays && plan.robotsPerConnection == 3)
        let carried = Dictionary(grouping: 0..<10) { plan.connection(ofRobot: $0) }.mapValues(\.count)
        #expect(carried == [0: 3, 1: 3, 2: 2, 3: 2])
        #expect((0..<4).map { plan.dialTime(ofConnection: $0) } == [0, 500_000_000, 1_000_000_000, 1_500_000_000])
        let alone = LoadPlan(profile: .reports, streams: 500)
        #expect(!alone.hasRelays && alone.robotsPerConnection == 1 && alone.ramp == .seconds(1))
    }

    @Test func sourceAddressesGoOnWhenPortsRunOut() {
        let sources = SourceAddresses(host: "127.0.0.1")
        #expect(sources.address(ofConnection: 0) == "127.0.0.2")
        #expect(sources.address(ofConnection: 19_999) == "127.0.0.2")
        #expect(sources.address(ofConnection: 20_000) == "127.0.0.3")
        #expect(sources.address(ofConnection: 20_000 * 254) == "127.0.1.0")
        // All of 127.0.0.0/8 but its ends and 127.0.0.1, and round again.
        #expect(sources.address(ofConnection: 20_000 * ((1 << 24) - 4)) == "127.255.255.254")
        #expect(sources.address(ofConnection: 20_000 * ((1 << 24) - 3)) == "127.0.0.2")
        #expect(sources.problem(connections: 1_000_000) == nil)
        #expect(SourceAddresses(host: "localhost").address(ofConnection: 1) == "127.0.0.2")
    }

    @Test func awayFromHomeThereIsOneAddress() {
        let sources = SourceAddresses(host: "mall.example")
        #expect(sources.address(ofConnection: 30_000) == nil)
        #expect(sources.problem(connections: 28_000) == nil)
        #expect(sources.problem(connections: 28_001)?.contains("several machines") == true)
    }

    @Test func theLimitOfOpenFilesIsNamed() {
        let files = OpenFiles(limit: 1_024)
        #expect(files.problem(connections: 960) == nil)
        let problem = files.problem(connections: 961) ?? ""
        #expect(
            problem.contains("961 connections") && problem.contains("1,024") && problem.contains("--connections 960"))
    }
}
