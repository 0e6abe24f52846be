import COpenSSL

/// OpenSSL's error queue, which is one per thread: cleared before each call, drained after each failure, so that one
/// connection's error is never taken for another's.
enum OpenSSLErrors {
    /// One entry of the queue.
    struct Entry {
        var library: Int32
        var reason: Int32
        var text: String
    }

    static func clear() {
        ERR_clear_error()
    }

    /// Takes everything out of the queue, oldest (the cause) first.
    static func drain() -> [Entry] {
        var entries: [Entry] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return entries }
            let text = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
            entries.append(Entry(library: shim_ERR_GET_LIB(code), reason: shim_ERR_GET_REASON(code), text: text))
        }
    }

    /// What OpenSSL says about a call of ours that failed, in one line.
    static func drainedText() -> String {
        let entries = drain()
        return entries.isEmpty ? "no reason given" : entries.map(\.text).joined(separator: "; ")
    }
}

/// Calls a function of OpenSSL that returns a pointer or nil, turning nil into an error.
func openSSLPointer<P>(_ doing: String, _ body: () -> P?) throws(TLSError) -> P {
    OpenSSLErrors.clear()
    if let pointer = body() { return pointer }
    throw TLSError(.configuration, "\(doing): \(OpenSSLErrors.drainedText())")
}

/// Calls a function of OpenSSL that returns 1 (or more) for success, turning the rest into an error.
func openSSLCheck(_ doing: String, _ body: () -> Int32) throws(TLSError) {
    OpenSSLErrors.clear()
    guard body() > 0 else { throw TLSError(.configuration, "\(doing): \(OpenSSLErrors.drainedText())") }
}
