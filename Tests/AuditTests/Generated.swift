import Messages

/// Small and the same on every machine (source: Vigna, "xorshift64*", 2014).
struct Luck {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func below(_ count: UInt64) -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return (state &* 0x2545_F491_4F6C_DD1D) >> 33 % count
    }
}

extension History {
    /// Orders fetched by robots that decline, break off, go silent with items or without, come back or do not, and find
    /// shelves empty.
    static func generated(seed: UInt64, orders: Int) -> History {
        var luck = Luck(seed)
        var history = History()
        history.start()
        let bots = (1...4).map { "b-\($0)" }
        for bot in bots { history.connect(bot) }
        for number in 1...orders {
            let list = "o-\(number)"
            let quantity = UInt32(luck.below(3)) + 1
            history.order(list, [("a", quantity), ("b", 2)])
            var missing = false
            var isOpen = true
            while isOpen {
                let bot = bots[Int(luck.below(4))]
                let b: UInt32 = missing ? 1 : 2
                history.assign(list, bot, [line("a", quantity), line("b", b)])
                switch luck.below(8) {
                case 0:
                    history.report(
                        bot, .taskDeclined(.init(taskID: "\(list)/1", epoch: history.epoch(list))),
                        [
                            (
                                "task/\(list)/1",
                                .taskRequeued(.init(taskID: "\(list)/1", listID: list, botID: bot, declined: true))
                            )
                        ])
                case 1:
                    history.accept(list, bot)
                    history.disconnect(bot)
                    history.requeue(list, bot)
                    history.connect(bot)
                case 2 where !missing:
                    history.accept(list, bot)
                    history.miss(list, bot, "b", 1)
                    missing = true
                    history.requeue(list, bot)
                case 3:
                    history.accept(list, bot)
                    history.pick(list, bot, "a", quantity)
                    history.pick(list, bot, "b", b)
                    let load = [line("a", quantity), line("b", b)]
                    history.leaveInCustody(list, bot, load)
                    if luck.below(2) == 0 {
                        history.requeue(list, bot, missing: load)
                        history.progress(list, "a", unpicked: quantity)
                        history.progress(list, "b", unpicked: b)
                    } else {
                        history.assign(list, bot, [], custody: load)
                        history.accept(list, bot)
                        history.deliver(list, bot, load)
                        isOpen = false
                    }
                default:
                    history.accept(list, bot)
                    history.pick(list, bot, "a", quantity)
                    history.pick(list, bot, "b", b)
                    history.deliver(list, bot, [line("a", quantity), line("b", b)])
                    isOpen = false
                }
            }
        }
        return history
    }
}
