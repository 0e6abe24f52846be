import Messages
import Wire

/// Something was not as it must be.
struct CaseFailure: Error {
    var why: String
}

/// The server cannot show what the case is about.
struct CaseSkipped: Error {
    var why: String
}

/// Fails the case unless `condition` holds.
func check(_ condition: Bool, _ why: @autoclosure () -> String) throws {
    if !condition { throw CaseFailure(why: why()) }
}

/// How a call ended: with the status that `body` threw, or well.
func ending(_ body: () async throws -> Void) async throws -> WireStatus {
    do {
        try await body()
        return WireStatus(.ok, "")
    } catch let status as WireStatus {
        return status
    }
}

extension WireStatus {
    /// Fails the case unless the call ended with this code, and with this message if one is given.
    func check(_ code: WireV1.Code, _ message: String? = nil, _ what: String) throws {
        guard self.code == code, message == nil || message == self.message else {
            let wanted = message.map { "\(code.title) \($0.debugDescription)" } ?? code.title
            let got = message == nil ? "\(self)" : "\(self.code.title) \(self.message.debugDescription)"
            throw CaseFailure(why: "\(what) ended with \(got), not with \(wanted)")
        }
    }
}

extension InteropV1.Payload {
    /// A payload to send.
    static func zeros(_ bytes: Int) -> InteropV1.Payload {
        InteropV1.Payload(body: [UInt8](repeating: 0, count: bytes))
    }
}

extension Optional where Wrapped == InteropV1.Payload {
    /// Fails the case unless an answer's payload has so many bytes, all 0. Without a payload there are none.
    func check(bytes: Int, _ what: String) throws {
        let body = self?.body ?? []
        guard body.count == bytes else {
            throw CaseFailure(why: "\(what) has \(body.count) bytes; \(bytes) were asked for")
        }
        guard body.allSatisfy({ $0 == 0 }) else { throw CaseFailure(why: "\(what) has bytes that are not 0") }
    }
}
