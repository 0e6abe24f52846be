import Foundation
import Testing

@testable import LoadTest

@Suite struct MeasureTests {
    private func tally(p99 microseconds: UInt64, errors: UInt64 = 0) -> LoadTally {
        var tally = LoadTally()
        for _ in 0..<100 { tally.reportLatency.record(microseconds) }
        tally.errors.add("UNAVAILABLE", "gone", count: errors)
        return tally
    }

    @Test func limitsAreExceededOnlyAbove() {
        let limits = LoadLimits(maxP99Milliseconds: 1.5, maxErrors: 3)
        #expect(limits.violations(profile: .reports, tally: tally(p99: 1_500, errors: 3)) == [])
        let late = limits.violations(profile: .reports, tally: tally(p99: 1_501))
        #expect(late == ["the p99 from report to acknowledgement was 1.5 ms, above --max-p99 1.5"])
        let wrong = limits.violations(profile: .reports, tally: tally(p99: 1, errors: 4))
        #expect(wrong == ["4 errors (4 UNAVAILABLE), above --max-errors 3"])
        #expect(limits.violations(profile: .mixed, tally: tally(p99: 9_999, errors: 9)).count == 2)
        #expect(LoadLimits().violations(profile: .reports, tally: tally(p99: .max, errors: 99)) == [])
    }

    @Test func nothingAnsweredIsNoGoodLatency() {
        let limits = LoadLimits(maxP99Milliseconds: 1_000)
        #expect(
            limits.violations(profile: .reports, tally: LoadTally()).first?.contains("nothing was answered") == true)
        var storm = LoadTally()
        storm.resumedSessionLatency.record(2_000_000)
        #expect(
            limits.violations(profile: .storm, tally: storm).first?.contains("to open a session was 2,000 ms") == true)
    }

    @Test func errorsAreKeptByCodeWithTheFirstOnesWords() {
        var errors = ErrorTally()
        errors.add("UNAVAILABLE", "first")
        errors.add("ABORTED", "other", count: 2)
        errors.add("UNAVAILABLE", "second")
        errors.add("NOTHING", "none", count: 0)
        #expect(errors.total == 4)
        #expect(errors.entries.map(\.code) == ["ABORTED", "UNAVAILABLE"])
        #expect(errors.entries.map(\.example) == ["other", "first"])
        var more = errors
        more.merge(errors)
        #expect(more.entries.map(\.count) == [4, 4])
    }

    @Test func talliesOfSeveralThreadsMerge() {
        var one = tally(p99: 10, errors: 1)
        one.reportsSent = 5
        one.telemetryLeftOut = 1
        one.sessions = 2
        var other = tally(p99: 20, errors: 2)
        other.reportsSent = 7
        other.telemetrySent = 3
        other.reconnects = 4
        other.fullSessionLatency.record(9)
        one.merge(other)
        #expect(one.reportsSent == 12 && one.telemetrySent == 3 && one.telemetryLeftOut == 1 && one.sessions == 2)
        #expect(one.reconnects == 4 && one.errors.total == 3 && one.reportLatency.count == 200)
        #expect(one.sessionLatency.count == 1 && one.messagesSent == 15)
    }

    @Test func aSecondHasItsRatesAndTheMachines() {
        var counted = tally(p99: 1_234, errors: 1)
        counted.reportsSent = 10
        counted.reportsResent = 2
        counted.telemetrySent = 5
        let second = LoadSecond(
            at: 3.00049, length: 0.5, connected: 7, tally: counted, server: MachineUse(cpu: 250_000_000, memory: 4_096),
            load: MachineUse(cpu: 100_000_000, memory: 1))
        #expect(second.at == 3 && second.length == 0.5 && second.connected == 7)
        #expect(second.reportsSent == 12 && second.messagesSent == 17 && second.errors == 1)
        #expect(second.p50 == 1_234 && second.p99 == 1_234 && second.max == 1_234)
        #expect(second.serverCPU == 0.5 && second.serverMemory == 4_096 && second.loadCPU == 0.2)
        let quiet = LoadSecond(
            at: 0, length: 1, connected: 0, tally: LoadTally(), server: nil, load: MachineUse(cpu: 0, memory: 0))
        #expect(quiet.p50 == nil && quiet.serverCPU == nil && quiet.serverMemory == nil)
    }

    @Test func numbersReadWell() {
        #expect(LoadText.count(0) == "0" && LoadText.count(999) == "999" && LoadText.count(1_000) == "1,000")
        #expect(LoadText.count(-1_234_567) == "-1,234,567")
        #expect(
            [0, 0.1234, 1.5, 2, 42.13, 99.94, 99.96, 1_234.4].map(LoadText.number)
                == ["0", "0.123", "1.5", "2", "42.1", "99.9", "100", "1,234"])
        #expect(LoadText.number(.nan) == "-" && LoadText.number(-3.25) == "-3.25")
        #expect(
            [0, 999, 1_000, 12_345, 999_999, 1_000_000, 2_050_000].map { LoadText.latency($0) }
                == ["0 µs", "999 µs", "1 ms", "12.3 ms", "1,000 ms", "1 s", "2.05 s"])
        #expect(LoadText.bytes(0) == "0 bytes" && LoadText.bytes(1_536) == "1.5 KiB")
        #expect(LoadText.bytes(5 << 30) == "5 GiB" && LoadText.bytes(5 << 40) == "5,120 GiB")
        #expect(
            [0, 50, 90, 99, 99.9, 99.99, 99.999, 100].map(LoadText.percent)
                == ["0", "50", "90", "99", "99.9", "99.99", "99.999", "100"])
        #expect(LoadText.counted(1, "error") == "1 error" && LoadText.counted(2_000, "error") == "2,000 errors")
    }
}

@Suite struct ProcTests {
    private static let table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1D13 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5551 1 0000000000000000 100
           1: 0100007F:1D13 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 5552 1 0000000000000000 20
           2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5553 1 0000000000000000 100

        """

    @Test func listenersAreFoundByPort() {
        #expect(Proc.listeners(port: 7_443, table: Self.table) == ["5551"])
        #expect(Proc.listeners(port: 80, table: Self.table) == ["5553"])
        #expect(Proc.listeners(port: 50_000, table: Self.table) == [])
        let six = """
              sl  local_address                         remote_address                        st
               0: 00000000000000000000000001000000:1D13 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 77 1
            """
        #expect(Proc.listeners(port: 7_443, table: six) == ["77"])
        #expect(Proc.listeners(port: 1, table: "nonsense\n\n1 2 3\n") == [])
    }

    @Test func memoryAndLimitsAreRead() {
        #expect(Proc.residentPages(statm: "5000 1234 100 1 0 200 0") == 1_234)
        #expect(Proc.residentPages(statm: "") == nil)
        let limits = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             1000                 2000                 processes
            Max open files            1024                 20000                files
            """
        #expect(Proc.maxOpenFiles(limits: limits) == 1_024)
        #expect(Proc.maxOpenFiles(limits: limits.replacing("1024 ", with: "unlimited ")) == nil)
        #expect(Proc.maxOpenFiles(limits: "") == nil)
    }

    @Test func thisProcessIsMeasured() throws {
        let before = try #require(ServerProcess.own.use)
        var sum: UInt64 = 0
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .milliseconds(50) {
            for number in 0..<1_000 as Range<UInt64> { sum &+= number }
        }
        let after = try #require(ServerProcess.own.use)
        #expect(sum > 0)
        #expect(after.cpu - before.cpu > 10_000_000)
        #expect(after.memory > 1 << 20)
        #expect(ServerProcess.own.name != nil)
        #expect((ServerProcess.own.maxOpenFiles ?? 1) > 0)
        // No process has this number.
        #expect(ServerProcess(pid: .max).use == nil)
    }
}
