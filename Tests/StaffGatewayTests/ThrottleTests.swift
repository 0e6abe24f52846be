import Kernel
import Testing

@testable import StaffGateway

final class ThrottleTests {
    private var throttle = SignInThrottle()
    private var now = Timestamp(unixMs: 0)

    private func fail(_ name: String, from address: String = "a") -> Duration? {
        throttle.begin(name: name, address: address, now: now)
    }

    @Test func aNameWaitsTwiceAsLongEachTime() {
        for _ in 1...5 { #expect(fail("anna") == nil) }
        for seconds: Int64 in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            #expect(fail("anna") == .seconds(seconds))
            now = now + .seconds(seconds) - .milliseconds(1)
            #expect(fail("anna") == .milliseconds(1), "what is refused does not count")
            now = now + .milliseconds(1)
            #expect(fail("anna") == nil)
        }
    }

    @Test func triesAtOnceGainNothing() {
        let taken = (1...100).count { number in fail("anna", from: "\(number)") == nil }
        #expect(taken == 5)
    }

    @Test func aNameIsTriedFromManyAddresses() {
        for number in 1...5 { #expect(fail("anna", from: "a\(number)") == nil) }
        #expect(fail("anna", from: "a6") != nil)
        #expect(fail("berta", from: "a6") == nil, "another name is not slowed down")
    }

    @Test func anAddressTriesManyNames() {
        for number in 1...20 { #expect(fail("user\(number)") == nil) }
        #expect(fail("user21") == .seconds(1))
        #expect(fail("user21", from: "b") == nil)
    }

    @Test func successForgetsTheNameAndNotTheAddress() {
        for _ in 1...4 { _ = fail("anna") }
        _ = fail("anna")
        throttle.succeeded(name: "anna", address: "a")
        for _ in 1...5 { #expect(fail("anna") == nil) }
        #expect(fail("anna") != nil)
        // 9 failed from the address; 11 more are free.
        for number in 1...11 { #expect(fail("user\(number)") == nil) }
        #expect(fail("user12") != nil)
    }

    @Test func whatWasNotLookedAtDoesNotCount() {
        for _ in 1...50 {
            #expect(fail("anna") == nil)
            throttle.abandoned(name: "anna", address: "a")
        }
    }

    @Test func failuresAreForgottenInTime() {
        for _ in 1...5 { _ = fail("anna") }
        now = now + SignInThrottle.memory + .milliseconds(1)
        for _ in 1...5 { #expect(fail("anna") == nil) }
        #expect(fail("anna") != nil)
    }

    @Test func aClockSetBackDoesNotLockAnyoneOut() {
        now = Timestamp(unixMs: 1_000_000_000)
        for _ in 1...5 { _ = fail("anna") }
        now = Timestamp(unixMs: 0)
        #expect(fail("anna") == .seconds(1))
    }

    @Test func itsMemoryIsBounded() {
        for number in 1...3 * SignInThrottle.capacity {
            now = now + .milliseconds(1)
            _ = fail("user\(number)", from: "address\(number)")
        }
        #expect(throttle.size <= 2 * SignInThrottle.capacity)
    }
}
