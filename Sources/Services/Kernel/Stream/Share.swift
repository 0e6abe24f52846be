public import Messages

/// What of many things goes into one message, so that it fits into a frame of Wire: at most a hundred, and so many bytes.
public struct Share: Sendable {
    /// Half of the smallest limit on frames.
    public static let usualBytes = 32_768
    /// So many ids go into a message beside its things.
    public static let names = 200

    private var things: Int
    private var bytes: Int
    private var isEmpty = true

    public init(things: Int = 100, bytes: Int = Share.usualBytes) {
        self.things = things
        self.bytes = bytes
    }

    /// Takes from the front of what is left as many as fit; at least one, when there is nothing yet in this share.
    public mutating func take<Thing: Message>(_ rest: inout ArraySlice<Thing>) -> [Thing] {
        var taken: [Thing] = []
        while let thing = rest.first, adds(thing) {
            taken.append(thing)
            rest.removeFirst()
        }
        return taken
    }

    /// Whether this thing still fits; if so it is counted. The first always does.
    public mutating func adds(_ thing: some Message) -> Bool {
        let size = thing.protobuf().count
        guard isEmpty || (things > 0 && size <= bytes) else { return false }
        isEmpty = false
        things -= 1
        bytes -= size
        return true
    }
}
