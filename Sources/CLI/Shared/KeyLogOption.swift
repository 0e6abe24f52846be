import ArgumentParser
import Logging
import Wire

/// Whether TLS secrets are written to a file, for Wireshark and its like.
struct KeyLogOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            For debugging: append the secrets of TLS connections to this file, with which anyone can read them. \
            SSLKEYLOGFILE alone does nothing; say --key-log "$SSLKEYLOGFILE".
            """, valueName: "file"))
    var keyLog: String?

    func validate() throws {
        if keyLog?.isEmpty == true { throw ValidationError("--key-log names no file (is SSLKEYLOGFILE set?)") }
    }

    /// Opens the file, with a warning; nil: none was asked for.
    func open(logger: Logger) throws -> TLSKeyLog? {
        guard let keyLog else { return nil }
        do {
            let log = try TLSKeyLog(path: keyLog)
            logger.warning("tls.key_log: whoever has this file can read the traffic", metadata: ["file": "\(keyLog)"])
            return log
        } catch {
            throw Failure("--key-log: \(error)")
        }
    }
}
