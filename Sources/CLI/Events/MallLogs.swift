import Audit
import Foundation
import Kernel

/// The logs of a mall as files, with what was archived of them.
struct MallLogs {
    static let services = ["stores", "orders", "payments", "depot", "gateway"]

    /// Whose log is read by whom from a stored place: by the services, and by the gateway.
    static let readers: [String: [String]] = [
        "stores": ["orders", "depot"], "orders": ["payments", "depot"], "payments": ["orders"],
        "depot": ["orders", "stores", "gateway"], "gateway": ["depot"],
    ]

    private let files: [SQLiteLogFile]
    private let archived: ArchivedLogs

    /// Depot first: its events call for most of the others' by their causes, so that little waits in memory.
    private static let order = ["depot", "orders", "payments", "stores"]

    /// - Parameter gateways: files instead of the data directory's own log of the gateway
    init(data: String, gateways: [String], archive: [String]) throws {
        // Gateways before Depot: what robots said of directives must not be newer than what Depot is seen to have issued.
        let own = gateways.isEmpty ? ["\(data)/gateway.log.db"] : gateways
        let paths = own + Self.order.map { "\(data)/\($0).log.db" }
        if !FileManager.default.fileExists(atPath: data) {
            throw Failure("there is no data directory \(data): name one with --data")
        }
        var files: [SQLiteLogFile] = []
        var names: Set<String> = []
        for path in paths {
            let file = try SQLiteLogFile(path: path)
            guard names.insert(file.name).inserted else {
                throw Failure("\(path) is a second log of \(file.name): name each gateway's log once")
            }
            files.append(file)
        }
        let archived = try ArchivedLogs(archive)
        for file in files where file.earliest > archived.last(of: file.name) + 1 {
            throw Failure(
                "the log of \(file.name) begins at position \(file.earliest): what came before was archived; name that "
                    + "folder with --archive")
        }
        self.files = files
        self.archived = archived
    }

    var services: [String] { files.map(\.name) }

    /// How many events there are, about.
    var total: UInt64 { files.reduce(0) { $0 + $1.head } }

    /// In the order in which they are best fed to an audit.
    var audited: [AuditedLog] {
        let ordered = files.filter { $0.name == "depot" } + files.filter { $0.name != "depot" }
        return ordered.map { audited($0) }
    }

    private func audited(_ file: SQLiteLogFile) -> AuditedLog {
        let old = archived.last(of: file.name)
        let archive = archived.events(of: file.name)
        return AuditedLog(service: file.name) { position, limit in
            position < old ? try archive.next(limit) : try file.read(after: position, limit: limit)
        }
    }
}
