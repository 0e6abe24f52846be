import Foundation

/// One JSON object on one line for `--json`: keys sorted, in snake_case.
enum JSONLine {
    static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Prints the line and flushes it, so that a script that reads a pipe sees it at once.
    static func print(_ value: some Encodable) {
        Output.line(encode(value))
    }
}

/// Standard output and standard error, unbuffered.
enum Output {
    /// When nobody reads any more, as after `| head`, the process ends with the status that a shell expects: the signal
    /// that would have ended it is ignored where there are sockets.
    static func line(_ text: String) { put(text + "\n") }

    /// The same without a line's end, for a screen that is drawn again.
    static func put(_ text: String) {
        let code = write(text, to: STDOUT_FILENO)
        if code == 0 { return }
        if code != EPIPE { note("Error: cannot write to standard output: \(String(cString: strerror(code)))") }
        exit(code == EPIPE ? 128 + SIGPIPE : 1)
    }

    static func note(_ text: String) {
        _ = write(text + "\n", to: STDERR_FILENO)
    }

    /// 0, or the number of what went wrong.
    private static func write(_ text: String, to file: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(written)
        }
        return 0
    }
}
