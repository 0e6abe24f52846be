import Messages
import NIOCore
import Testing

@testable import StaffGateway

@Suite struct TopicBoardTests {
    private static func board(keptGone: Int = 1_000, _ entities: LiveEntity...) -> TopicBoard {
        var board = TopicBoard(keptGone: keptGone)
        board.replace(with: entities)
        return board
    }

    private static func ids(_ board: TopicBoard, after change: UInt64) -> [String] {
        var ids: [String] = []
        board.forEach(after: change) { key, entry in
            ids.append((entry.isGone ? "-" : "") + key.id)
            return true
        }
        return ids
    }

    @Test func whatIsTheSameIsNoChange() {
        var board = Self.board(Make.bot("a"), Make.bot("b"))
        #expect(board.head == 2 && board.isComplete)
        board.put(Make.bot("a"))
        #expect(board.head == 2)
        board.put(Make.bot("a", .working))
        #expect(board.head == 3)
        #expect(Self.ids(board, after: 0) == ["b", "a"], "each once, by its last change")
        #expect(Self.ids(board, after: 2) == ["a"])
        #expect(Self.ids(board, after: 3).isEmpty)
    }

    @Test func whatIsNotInANewBeginningIsGone() {
        var board = Self.board(Make.bot("a"), Make.bot("b"), Make.bot("c"))
        board.replace(with: [Make.bot("a"), Make.bot("c", .working)])
        #expect(Self.ids(board, after: 3) == ["c", "-b"])
        #expect(board.present.map(\.key.id) == ["a", "c"])
    }

    @Test func aTaskThatHasEndedIsToldOnceAndInNoSnapshot() throws {
        var board = Self.board(Make.bot("a"), Make.task("l/1"))
        let before = board.head
        board.put(Make.task("l/1", .delivered))
        let delta = try board.part(.fleet, after: before, audience: .clerk, limit: 10_000).data.object
        #expect((delta["tasks"] as? [[String: Any]])?.first?["state"] as? String == "delivered")
        #expect(delta["removed_tasks"] as? [String] == [])
        let whole = try board.part(.fleet, after: 0, snapshotUntil: board.head, audience: .clerk, limit: 10_000)
        #expect((whole.data.object["tasks"] as? [Any])?.isEmpty == true && whole.isLast)
    }

    @Test func whatWasGoneForLongIsForgottenAndSaidSo() {
        var board = Self.board(keptGone: 2, Make.bot("a"), Make.bot("b"), Make.bot("c"))
        board.remove(EntityKey(kind: .bot, id: "a"))
        board.remove(EntityKey(kind: .bot, id: "b"))
        #expect(board.floor == 0)
        board.remove(EntityKey(kind: .bot, id: "c"))
        #expect(board.floor == 4, "who has not seen that a is gone begins anew")
        #expect(Self.ids(board, after: board.floor) == ["-b", "-c"])
        board.put(Make.bot("b"))
        board.put(Make.bot("d"))
        #expect(Self.ids(board, after: board.floor) == ["-c", "b", "d"])
        #expect(board.floor == 4)
    }

    @Test func comingAndGoingForeverTakesNoMoreRoom() {
        var board = Self.board(keptGone: 4, Make.bot("old"))
        board.remove(EntityKey(kind: .bot, id: "old"))
        for _ in 0..<10_000 {
            board.put(Make.bot("x"))
            board.remove(EntityKey(kind: .bot, id: "x"))
        }
        #expect(board.steps < 200)
        #expect(board.floor == 0, "nothing was forgotten: two things are gone")
    }

    @Test func partsAreBoundedAndTogetherAreAll() throws {
        var board = Self.board()
        for number in 0..<50 { board.put(Make.bot("b-\(number)")) }
        var (cursor, seen) = (UInt64(0), [String]())
        var parts = 0
        while true {
            let part = try board.part(.fleet, after: cursor, snapshotUntil: 50, audience: .viewer, limit: 1_000)
            #expect(part.data.readableBytes < 1_400)
            seen += (part.data.object["bots"] as? [[String: Any]] ?? []).compactMap { $0["bot_id"] as? String }
            cursor = part.position
            parts += 1
            if part.isLast { break }
        }
        #expect(parts > 5 && Set(seen).count == 50 && seen.count == 50)
    }

    @Test func moreThingsThanOnePartLooksAtAreAllTold() throws {
        var board = Self.board()
        for number in 0..<4_500 { board.put(Make.bot("b-\(number)")) }
        for number in 0..<4_500 { board.remove(EntityKey(kind: .bot, id: "b-\(number)")) }
        board = Self.board(keptGone: 10_000)
        for number in 0..<4_500 { board.put(Make.bot("b-\(number)")) }
        let before = board.head
        for number in 0..<4_500 { board.remove(EntityKey(kind: .bot, id: "b-\(number)")) }
        var (cursor, seen) = (before, 0)
        while cursor < board.head {
            let part = try board.part(.fleet, after: cursor, audience: .viewer, limit: 1_000_000)
            seen += (part.data.object["removed_bots"] as? [String] ?? []).count
            cursor = part.position
        }
        #expect(seen == 4_500)
    }

    @Test func listsThatWereReadyLongAgoAreForgotten() {
        var boards = LiveBoards(life: "life")
        _ = boards.take([], isBeginning: true, isComplete: true, from: .depot, at: Make.now)
        for number in 0..<3_000 {
            for state in [DepotV1.ListState.available, .ready] {
                let list = Make.list("l-\(number)", state)
                _ = boards.take([list], isBeginning: false, isComplete: false, from: .depot, at: Make.now)
            }
        }
        let ids = Set(boards.lists.present.map(\.key.id))
        #expect(ids.count >= 1_000 && ids.count <= 1_250)
        #expect(ids.contains("l-2999") && !ids.contains("l-0"))
    }

    @Test func aTextIsMadeOnceAndPickupCodesAreForClerks() throws {
        var board = Self.board(Make.order("o-1"))
        let key = EntityKey(kind: .order, id: "o-1")
        let viewer = try #require(try board.text(of: key, for: .viewer)).object
        let clerk = try #require(try board.text(of: key, for: .clerk)).object
        #expect(viewer["pickup_code"] == nil && clerk["pickup_code"] as? String == "ABC234")
        #expect(board.entry(key)?.texts.allSatisfy { $0 != nil } == true)
    }

    @Test(arguments: ["plain", "with \"quotes\" and \\", "line\nbreak \u{1}", "ünï\u{2028}"])
    func textsAreQuoted(_ text: String) {
        let object = ByteBuffer(string: "{\"t\":\(text.quoted)}").object
        #expect(object["t"] as? String == text)
    }
}
