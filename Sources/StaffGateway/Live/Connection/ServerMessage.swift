import NIOCore
import Web

/// What a gateway says: one JSON object each, put together around texts that are shared by many subscribers.
enum ServerMessage {
    static func snapshot(_ id: Int64, _ position: String, part: Int, isLast: Bool, _ data: ByteBuffer) -> ByteBuffer {
        message(
            #"{"type":"snapshot","id":\#(id),"position":\#(position.quoted),"part":\#(part),"last":\#(isLast),"data":"#,
            data)
    }

    static func delta(_ id: Int64, _ position: String, _ data: ByteBuffer) -> ByteBuffer {
        message(#"{"type":"delta","id":\#(id),"position":\#(position.quoted),"data":"#, data)
    }

    static func resumed(_ id: Int64, _ position: String) -> ByteBuffer {
        ByteBuffer(string: #"{"type":"resumed","id":\#(id),"position":\#(position.quoted)}"#)
    }

    static func telemetry(_ id: Int64, _ bots: ByteBuffer) -> ByteBuffer {
        message(#"{"type":"telemetry","id":\#(id),"bots":"#, bots)
    }

    /// - Parameter id: the subscription that does not exist, or no longer; nil: no subscription ended by this
    static func error(_ id: Int64?, _ problem: Problem) -> ByteBuffer {
        var text = ByteBuffer(string: #"{"type":"error","#)
        if let id { text.writeString(#""id":\#(id),"#) }
        text.writeString("\"problem\":")
        text.writeImmutableBuffer(problem.document())
        text.writeString("}")
        return text
    }

    private static func message(_ head: String, _ body: ByteBuffer) -> ByteBuffer {
        var text = ByteBuffer()
        text.reserveCapacity(head.utf8.count + body.readableBytes + 1)
        text.writeString(head)
        text.writeImmutableBuffer(body)
        text.writeString("}")
        return text
    }
}
