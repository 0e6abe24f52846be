import Logging
import Messages
import NIOCore
import NIOPosix
import Testing

@testable import Wire

/// The same session, cut and merged at every byte, gives the same answers.
@Suite struct SplitTests {
    private static let session: [UInt8] = {
        var bytes = FrameEncoder.encode(.init(kind: .hello(.init(minVersion: 1, maxVersion: 1, agent: "split"))))
        bytes += FrameEncoder.encode(.init(streamID: 1, kind: .open(.init(method: "/test.Lab/Chat"))))
        for text in ["a", "bc"] {
            bytes += FrameEncoder.encode(.init(streamID: 1, kind: .message(Lab.Text(key: text).protobuf())))
        }
        bytes += FrameEncoder.encode(.init(kind: .ping(.init(opaque: 7))))
        bytes += FrameEncoder.encode(.init(streamID: 1, end: true))
        return bytes
    }()

    /// The frames that a connection answers to a session that arrives in these pieces.
    private func answers(to pieces: [ArraySlice<UInt8>]) async throws -> [WireV1.Frame] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let router = Lab().router
        let written = Box<[UInt8]>([])
        let connection = try await loop.submit {
            let connection = WireConnection(
                role: .server, eventLoop: loop, settings: ConnectionSettings(WireLimits(), agent: "s"), router: router,
                counters: WireCounters(), logger: Logger(label: "test"))
            _ = connection.attach(.tap { bytes in written.change { $0 += bytes } })
            connection.start(peer: nil, remoteAddress: "")
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                connection.read(&buffer)
                connection.endOfBatch()
            }
            return connection
        }.get()
        func frames() throws -> [WireV1.Frame] {
            var frames: [WireV1.Frame] = []
            var rest = written.value[...]
            while let (decoded, consumed) = try Array(rest).withUnsafeBytes({
                try FrameDecoder.decode($0, maxFrameBytes: 65_536)
            }) {
                switch decoded {
                case .other(let frame): frames.append(frame)
                case .message(let stream, let range, let end):
                    frames.append(
                        .init(streamID: stream, kind: .message(Array(Array(rest)[range])), end: end))
                }
                rest = rest.dropFirst(consumed)
            }
            return frames
        }
        try await eventually("the call has ended") {
            try frames().contains { if case .status? = $0.kind { true } else { false } }
        }
        try await loop.submit { connection.lost("done") }.get()
        return try frames()
    }

    @Test func everyCutGivesTheSameAnswers() async throws {
        let session = Self.session
        let whole = try await answers(to: [session[...]])
        #expect(whole.count == 5)
        // A pong overtakes what a handler has yet to say; each stream's own frames keep their order.
        func sorted(_ frames: [WireV1.Frame]) -> [[WireV1.Frame]] {
            [frames.filter { $0.streamID == 0 }, frames.filter { $0.streamID == 1 }]
        }
        for cut in 1..<session.count {
            #expect(
                sorted(try await answers(to: [session[..<cut], session[cut...]])) == sorted(whole), "cut at \(cut)")
        }
        let single = session.indices.map { session[$0...$0] }
        #expect(sorted(try await answers(to: single)) == sorted(whole))
    }
}
