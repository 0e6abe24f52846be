/// What happened, as a number that any difference changes; and as text for those who look.
final class Trace {
    private let loop: SimLoop
    /// Nil: nobody looks.
    private let print: ((String) -> Void)?
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var lines = 0

    var milliseconds: Int64 { loop.milliseconds }

    init(loop: SimLoop, print: ((String) -> Void)?) {
        self.loop = loop
        self.print = print
    }

    /// - Parameters:
    ///   - who: a robot's or a log's name.
    ///   - bytes: what was sent or stored.
    ///   - more: for those who look; not part of the number, so it says nothing that the rest does not decide.
    func note(
        _ what: StaticString, _ who: String = "", _ number: Int = 0, bytes: [UInt8] = [],
        _ more: @autoclosure () -> String = ""
    ) {
        lines += 1
        mix(UInt64(bitPattern: loop.time))
        what.withUTF8Buffer { for byte in $0 { mix(byte) } }
        for byte in who.utf8 { mix(byte) }
        mix(UInt64(bitPattern: Int64(number)))
        for byte in bytes { mix(byte) }
        guard let print else { return }
        let seconds = loop.milliseconds - 1_000
        let time = "\(seconds / 1_000).\(String(1_000 + seconds % 1_000).dropFirst())"
        let name = what.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
        print("\(time) \(name) \(who) \(number) \(bytes.isEmpty ? "" : "\(bytes.count) bytes ")\(more())")
    }

    private func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

    private func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x100_0000_01B3
        hash ^= hash >> 29
    }
}
