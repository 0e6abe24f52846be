import Messages

@testable import BotEmulator
@testable import RobotLink
@testable import Wire

/// A robot's end of its call: Wire's own end of a connection on one side, the robot's own client on the other.
///
/// Safe because a simulation is one thread.
final class SimCall: CallEnd, @unchecked Sendable {
    let context = CallContext()
    private(set) var id: UInt32 = 0
    private unowned let connection: WireConnection
    private let client: RobotClient
    private let loop: SimLoop
    /// The session is over, with this status; the reason is for those who look.
    private let ended: (WireStatus) -> Void
    /// How long what arrived waits before it is taken.
    private let slowMs: () -> Int64
    private var unsent: [UInt8]?
    /// What was sent last, to be sent again: a robot may, and it must make no difference.
    private var reports: [[UInt8]] = []
    private let repeats: () -> Bool
    private var isPumpDue = false
    private var isOver = false
    private var waiting: [(payload: [UInt8], cost: Int)] = []
    private var unreported = 0

    init(
        _ connection: WireConnection, client: RobotClient, loop: SimLoop, slowMs: @escaping () -> Int64,
        repeats: @escaping () -> Bool, ended: @escaping (WireStatus) -> Void
    ) {
        self.connection = connection
        self.client = client
        self.loop = loop
        self.slowMs = slowMs
        self.repeats = repeats
        self.ended = ended
    }

    /// Begins the call, as soon as the connection is there.
    func begin() {
        let open = WireV1.Open(method: "/mallbots.bots.v1.BotService/Connect")
        connection.enter {
            switch connection.machine.open(open, deadline: nil, now: connection.now) {
            case .success(let id):
                self.id = id
                connection.streams[id] = self
                client.connected { [weak self] in self?.wake() }
            case .failure(let status): finish(status)
            }
        }
    }

    private func wake() {
        guard !isPumpDue else { return }
        isPumpDue = true
        loop.next {
            self.isPumpDue = false
            self.pump()
        }
    }

    private func pump() {
        while !isOver {
            if unsent == nil { unsent = client.next().map(encode) }
            guard let payload = unsent else { return }
            do {
                guard try payload.withUnsafeBytes({ try connection.sendMessage(self, $0) }) else { return }
                unsent = nil
                if !reports.isEmpty, repeats() { unsent = reports.removeFirst() }
            } catch { return }
        }
    }

    private func encode(_ message: BotsV1.FromBot) -> [UInt8] {
        let payload = message.protobuf()
        if message.report > 0, payload.count < 200 {
            reports.append(payload)
            if reports.count > 3 { reports.removeFirst() }
        }
        return payload
    }

    // MARK: From the connection

    func deliver(_ payload: UnsafeRawBufferPointer, cost: Int) {
        let isFirst = waiting.isEmpty
        waiting.append(([UInt8](payload), cost))
        if isFirst { takeNext() }
    }

    /// In order, each when the robot has time for it.
    private func takeNext() {
        let delay = slowMs()
        if delay > 0 {
            loop.after(ms: delay) { self.take() }
        } else {
            loop.next { self.take() }
        }
    }

    private func take() {
        guard !isOver, !waiting.isEmpty else { return }
        let (payload, cost) = waiting.removeFirst()
        unreported += cost
        if unreported >= connection.grantThreshold { connection.grant(self) }
        do {
            try client.receive(try BotsV1.ToBot(protobuf: payload, limits: .default))
        } catch {
            connection.abandon(self)
            return finish(WireStatus(describing: error), breach: error as? BotClientCore.ContractBreach)
        }
        if !waiting.isEmpty { takeNext() }
    }

    func peerEnded() {}
    func drain() { pump() }

    func takeUnreported() -> Int {
        defer { unreported = 0 }
        return unreported
    }

    func over(_ status: WireStatus) { finish(status) }

    /// Set when the gateway broke the contract.
    private(set) var breach: BotClientCore.ContractBreach?

    private func finish(_ status: WireStatus, breach: BotClientCore.ContractBreach? = nil) {
        guard !isOver else { return }
        isOver = true
        self.breach = breach
        waiting = []
        client.disconnected()
        ended(status)
    }
}
