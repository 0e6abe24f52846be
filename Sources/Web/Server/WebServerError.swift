import Glibc
import NIOCore
import Wire

/// A gateway cannot listen where it was told to.
public struct WebServerError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    init(name: String, host: String, port: Int, cause: IOError) {
        let place = WireAddress(host: host, port: port)
        switch cause.errnoCode {
        case EADDRINUSE:
            description = "\(name) cannot listen at \(place): the port is in use; choose another (0: any)"
        case EACCES:
            description = "\(name) cannot listen at \(place): not allowed; choose a port above 1023"
        case EADDRNOTAVAIL:
            description = "\(name) cannot listen at \(place): this machine has no such address"
        default:
            description = "\(name) cannot listen at \(place): \(cause)"
        }
    }
}
