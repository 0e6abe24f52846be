import Foundation
import Wire

extension WireLimits {
    /// What one robot may take: it has one long call and now and then a short one. Tools and services may take more.
    static var robots: WireLimits {
        var limits = WireLimits()
        limits.maxStreams = 16
        limits.maxBufferedBytes = 262_144
        limits.maxUnsentBytes = 262_144
        limits.writeHighWaterBytes = 65_536
        limits.maxOpensPerSecond = 200
        limits.maxResetsPerSecond = 50
        limits.maxControlFramesPerSecond = 5_000
        limits.maxConnections = min(limits.maxConnections, max(16, Descriptors.raise() - Descriptors.reserved))
        return limits
    }
}

extension WireLimits {
    /// What a relay may take, which carries many robots: of each as much as so many robots would, within reason.
    static var relays: WireLimits {
        var limits = robots
        limits.maxStreams = 2_000
        limits.maxBufferedBytes = 4 << 20
        limits.maxUnsentBytes = 4 << 20
        limits.maxOpensPerSecond = 5_000
        limits.maxResetsPerSecond = 500
        limits.maxControlFramesPerSecond = 50_000
        return limits
    }
}

/// The process's open files, of which each connection is one.
enum Descriptors {
    /// Kept for the logs, the kiosks and the tools, so that robots cannot keep an order from being written down.
    static let reserved = 256

    /// Raises the limit as far as this user may, and returns it.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = raised.rlim_max
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
