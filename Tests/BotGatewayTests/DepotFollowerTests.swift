import Kernel
import Messages
import Testing

@testable import BotGateway

/// A restart reads what came after the stored view, and nothing before it.
@Suite struct DepotFollowerTests {
    private func store(_ view: StoredSnapshot, in mall: TestMall) throws {
        var batch = LogBatch(time: Timestamp(unixMs: 1))
        batch.views = [("depot", view)]
        _ = try mall.gatewayLog.commit(batch)
    }

    @Test func aGracefulEndLeavesAView() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.serve { gateway in
                try await mall.issue(1)
                try await mall.issue(2)
                try await eventually("the directives are read") { gateway.sessions.lastDirective(issuedTo: "b-1") == 2 }
                gateway.stop()
                try await eventually("a view is stored") { try mall.gatewayLog.view("depot") != nil }
            }
            let view = try #require(try mall.gatewayLog.view("depot"))
            #expect(view.position == mall.stream.head(of: "depot"))
            let content = try BotsV1.DepotView(protobuf: view.state)
            #expect(content.shelves.map(\.botID) == ["b-1"] && content.shelves[0].directives.count == 2)
        }
    }

    @Test func theNextLifeBeginsWithTheView() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.issue(1)
            try await mall.issue(2)
            // It says more than the log before it, so that one can tell which of them was read.
            let message = BotsV1.ToBot.directive(7)
            let shelf = BotsV1.DirectiveShelf(
                botID: "b-1", lastIssued: 7, stored: 6, directives: [.init(message: message, holds: false)])
            let view = BotsV1.DepotView(
                mall: .init(name: "Kept"), shelves: [shelf], registered: ["b-1"], retired: ["b-2"])
            try store(.init(format: DepotFollower.format, position: 2, state: view.protobuf()), in: mall)
            try await mall.serve(roster: .closed) { gateway in
                #expect(gateway.sessions.lastDirective(issuedTo: "b-1") == 7)
                #expect(["b-1", "b-2", "b-3"].map { gateway.sessions.admit($0) == nil } == [true, false, false])
                #expect(gateway.sessions.mall?.name == "Kept")
                try await mall.issue(8)
                try await eventually("and goes on") { gateway.sessions.lastDirective(issuedTo: "b-1") == 8 }
            }
        }
    }

    @Test(arguments: [(DepotFollower.format, [255, 255]), (9, [])] as [(UInt32, [UInt8])])
    func withoutAUsableViewTheLogIsRead(format: UInt32, state: [UInt8]) async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.issue(1)
            try await mall.issue(2)
            try store(.init(format: format, position: 2, state: state), in: mall)
            try await mall.serve { gateway in
                #expect(gateway.sessions.lastDirective(issuedTo: "b-1") == 2)
            }
        }
    }

    @Test func aLogThatHasLostEventsIsRefused() async throws {
        let mall = try TestMall()
        try await mall.open {
            try await mall.issue(1)
            try store(
                .init(format: DepotFollower.format, position: 2, state: BotsV1.DepotView().protobuf()), in: mall)
            let gateway = try BotGateway(log: mall.gatewayLog, stream: mall.stream, logger: TestMall.logger)
            let error = await #expect(throws: StorageError.self) { try await gateway.run() }
            #expect(error?.code == .damaged && error?.message.contains("lost") == true)
        }
    }

    @Test func aBookComesBackFromItsRecord() {
        var book = DirectiveBook()
        for (number, body) in [
            (1, .identify(.init())), (2, .assignTask(.init(taskID: "t", epoch: 1))), (3, .pause(.init())),
            (4, .cancelTask(.init(taskID: "t"))),
        ] as [(UInt64, BotsV1.ToBot.Body)] {
            for bot in ["b-2", "b-1"] {
                _ = book.issue(.init(botID: bot, message: BotsV1.ToBot(directive: number, body: body)))
            }
        }
        book.stored("b-1", through: 3)
        book.taskEnded("t", bot: "b-2")
        var again = DirectiveBook(book.record)
        #expect(again.record == book.record && again.count == book.count)
        for bot in ["b-1", "b-2"] {
            #expect(again.lastIssued(to: bot) == 4)
            #expect(again.directives(for: bot, after: 0) == book.directives(for: bot, after: 0))
        }
        // What keeps an entry is kept, too.
        again.taskEnded("t", bot: "b-1")
        book.taskEnded("t", bot: "b-1")
        #expect(again.record == book.record && again.directives(for: "b-1", after: 0).map(\.directive) == [4])
    }
}
