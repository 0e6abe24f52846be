import NIOCore
import Synchronization
import Testing

@testable import KioskGateway

struct EventFeedTests {
    private func text(_ feed: EventFeed) async -> [String] {
        var all: [String] = []
        for await frame in feed.frames { all.append(String(buffer: frame)) }
        return all
    }

    @Test func eventsAreSentInOrderAndOfLiveOnesTheNewest() async {
        let feed = EventFeed { Issue.record("cut") }
        feed.put(ByteBuffer(string: "a"))
        feed.replace(ByteBuffer(string: "live 1"))
        feed.put(ByteBuffer(string: "b"))
        for number in 2...1_000 { feed.replace(ByteBuffer(string: "live \(number)")) }
        feed.finish()
        #expect(await text(feed) == ["a", "live 1000", "b"])
    }

    @Test func whoDoesNotReadIsCut() async {
        let cuts = Mutex(0)
        let feed = EventFeed { cuts.withLock { $0 += 1 } }
        for number in 1...64 { feed.put(ByteBuffer(string: "\(number)")) }
        feed.replace(ByteBuffer(string: "live"))
        #expect(cuts.withLock { $0 } == 0, "live events give way")
        feed.put(ByteBuffer(string: "65"))
        #expect(cuts.withLock { $0 } == 1)
        #expect(await text(feed).count == 64)
    }
}
