import Messages

// What TLS has to say about a connection. On the event loop.
extension WireConnection {
    /// Ends the connection if its peer is not one whom `context` accepts. One that is still shaking hands is checked when
    /// it is done.
    ///
    /// - Returns: whether it may stay
    func recheck(against context: TLSContext) -> Bool {
        guard !isClosing, !isClosed, let tls else { return true }
        do throws(TLSError) {
            try tls.recheck(against: context)
            return true
        } catch {
            TLSMetrics.count(error.reason)
            let isRevoked = error.reason == .revoked
            enter {
                machine.fail(
                    isRevoked ? .certificateRevoked : .certificateNotAccepted,
                    isRevoked ? .permissionDenied : .unauthenticated, error.message)
            }
            return false
        }
    }
}

extension WireRefusal {
    /// Under which refusal a failure of TLS is counted.
    init(_ reason: TLSError.Reason) {
        switch reason {
        case .revoked: self = .certificateRevoked
        case .timeout: self = .handshakeTimeout
        case .tooManyKeyUpdates: self = .tooManyKeyUpdates
        default: self = .tls
        }
    }
}
