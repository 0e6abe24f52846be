import DequeModule
import Messages

@testable import Wire

/// Reads along on one connection, knowing only the protocol and the robots' contract: what must never be sent.
final class LinkMonitor {
    let name: String
    let trace: Trace
    private let auditor: Auditor
    private let botID: String
    /// Of the robot at the other end: what it has stored counts.
    private let disk: SimDisk
    /// By side and stream: what may still be sent there. Granted when it is written, which is no later than it is heard.
    private var credit = [[UInt32: Int]](repeating: [:], count: 2)

    /// Of the robot: bytes sent, where the messages among them end, and bytes that have arrived.
    private var sentBytes = 0
    private var messageEnds: Deque<Int> = []
    private var arrivedBytes = 0

    init(name: String, botID: String, disk: SimDisk, auditor: Auditor, trace: Trace) {
        self.name = name
        self.botID = botID
        self.disk = disk
        self.auditor = auditor
        self.trace = trace
    }

    func sent(_ bytes: [UInt8], from side: SimLink.Side) {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                guard let (frame, length) = try? FrameDecoder.decode(rest, maxFrameBytes: 65_536) else {
                    return auditor.fail("\(name): bytes are sent that are no whole frame")
                }
                offset += length
                if side == .robot, case .message = frame { messageEnds.append(sentBytes + offset) }
                check(frame, rest, from: side)
            }
        }
        if side == .robot { sentBytes += bytes.count }
    }

    /// Bytes have come to the server.
    func arrived(_ count: Int) {
        arrivedBytes += count
        while let end = messageEnds.first, end <= arrivedBytes {
            messageEnds.removeFirst()
            auditor.depot.hear(botID)
        }
    }

    private func check(_ frame: DecodedFrame, _ bytes: UnsafeRawBufferPointer, from side: SimLink.Side) {
        switch frame {
        case .message(let stream, let payload, _):
            spend(payload.count, stream, side)
            let payload = UnsafeRawBufferPointer(rebasing: bytes[payload])
            if side == .robot { checkReport(payload) } else { checkAnswer(payload) }
        case .other(let frame):
            switch frame.kind {
            case .credit(let grant): credit[side.other.rawValue][frame.streamID, default: 65_536] += Int(grant.bytes)
            case .goAway(let goAway):
                if [.internal, .resourceExhausted, .unimplemented].contains(goAway.code) {
                    auditor.fail("\(name): one end says that the other broke the protocol: \(goAway.message)")
                }
            case .status(let status): checkStatus(status)
            case .reset(let reset): trace.note("reset", name, side.rawValue, "\(reset.code) \(reset.message)")
            default: break
            }
        }
    }

    private func spend(_ bytes: Int, _ stream: UInt32, _ side: SimLink.Side) {
        let left = credit[side.rawValue][stream, default: 65_536]
        if left <= 0 { auditor.fail("\(name): a message is sent on stream \(stream) without credit") }
        credit[side.rawValue][stream] = left - max(32, bytes)
    }

    /// An honest robot is never told that it broke its contract.
    private func checkStatus(_ status: WireV1.Status) {
        trace.note("status", name, 0, "\(status.code) \(status.message)")
        switch status.code {
        case .permissionDenied where auditor.depot.wasRetired.contains(botID): break
        case .failedPrecondition, .invalidArgument, .permissionDenied, .unauthenticated, .internal, .unknown,
            .unimplemented, .dataLoss:
            auditor.fail("\(name): an honest robot's call ends with \(status.code): \(status.message)")
        default: break
        }
    }

    private func checkReport(_ payload: UnsafeRawBufferPointer) {
        guard let message = try? BotsV1.FromBot(protobuf: payload) else {
            return auditor.fail("\(name): the robot sends what is no FromBot")
        }
        if message.report > disk.lastReport {
            auditor.fail("\(name): report \(message.report) is sent, and stored are those up to \(disk.lastReport)")
        }
        if message.directiveAck > disk.lastDirective {
            auditor.fail(
                "\(name): directive \(message.directiveAck) is acknowledged, and stored are those up to "
                    + "\(disk.lastDirective)")
        }
    }

    private func checkAnswer(_ payload: UnsafeRawBufferPointer) {
        guard let message = try? BotsV1.ToBot(protobuf: payload) else {
            return auditor.fail("\(name): the gateway sends what is no ToBot")
        }
        let known = auditor.reports.lastReport(of: disk.journal)
        if message.reportAck > known {
            auditor.fail("\(name): report \(message.reportAck) is acknowledged, and on disk are those up to \(known)")
        }
        if case .welcome(let welcome) = message.body, welcome.lastReport > known {
            auditor.fail("\(name): Welcome knows report \(welcome.lastReport), and on disk are those up to \(known)")
        }
        if message.directive > 0 { auditor.depot.sent(message, to: botID) }
    }
}
