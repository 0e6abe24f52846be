import Foundation

/// Where a running mall can be reached: printed by `serve --json`, and kept in the data directory for the tools.
struct Addresses: Codable, Hashable, Sendable {
    /// The robots' listener, HOST:PORT.
    var bots: String
    /// The services' listener, HOST:PORT.
    var services: String
    /// The kiosks' REST API, HOST:PORT.
    var kiosk: String
    /// The staff's page and API, HOST:PORT.
    var staff: String
    /// Where the first of the staff makes themselves known; absent once somebody has. Whoever has it can become a manager.
    var staffSetup: String?
    /// Whether kiosks and staff come over TLS; absent when they do not.
    var https: Bool?
    /// The data directory, as an absolute path.
    var data: String

    /// What is put before the addresses for browsers: "https://".
    var scheme: String { https == true ? "https://" : "http://" }

    private static func file(in data: String) -> URL {
        URL(fileURLWithPath: data, isDirectory: true).appendingPathComponent("addresses.json")
    }

    /// Leaves the addresses where ``read(from:)`` finds them.
    func write() throws {
        do {
            let file = Self.file(in: data)
            try Data((JSONLine.encode(self) + "\n").utf8).write(to: file, options: .atomic)
            // For this user only: it may hold what makes one a manager.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        } catch {
            throw Failure("cannot write \(Self.file(in: data).path): \(error.localizedDescription)")
        }
    }

    /// The addresses of the mall that runs, or last ran, on this data directory.
    static func read(from data: String) throws -> Addresses {
        let file = file(in: data)
        guard let bytes = try? Data(contentsOf: file) else {
            throw Failure(
                """
                there is no mall in \(data) (no addresses.json there). Start one with `mallbots serve --data \(data)`, \
                or name the folder of one with --data
                """)
        }
        do {
            return try JSONDecoder().decode(Addresses.self, from: bytes)
        } catch {
            throw Failure("\(file.path) is damaged; start the mall again and it is written anew")
        }
    }
}
