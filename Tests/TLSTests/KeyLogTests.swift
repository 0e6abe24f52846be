import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

@Suite struct KeyLogTests {
    @Test func secretsAreAppendedToAFileForTheOwnerAlone() throws {
        let realm = try Realm()
        try withFolder { folder in
            let path = "\(folder)/keys.log"
            var (server, client) = (realm.serverSide, realm.clientSide(realm.bot))
            server.keyLog = try TLSKeyLog(path: path)
            try Pair(server, client).pump()
            let first = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let labels = Set(first.compactMap { $0.split(separator: " ").first })
            #expect(labels.isSuperset(of: ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"]), "\(labels)")
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            // The other side knows the same secrets, and earlier lines stay.
            server.keyLog = nil
            client.keyLog = try TLSKeyLog(path: path)
            try Pair(server, client).pump()
            let both = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(Array(both.prefix(first.count)) == first)
            #expect(both.count == 2 * first.count)
            try Pair(realm.serverSide, realm.clientSide(realm.bot)).pump()
            #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == both.count)
        }
    }

    @Test func aFileOpenToOthersIsRefused() throws {
        try withFolder { folder in
            let path = "\(folder)/keys.log"
            try Data().write(to: URL(fileURLWithPath: path))
            #expect(chmod(path, 0o640) == 0)
            let error = #expect(throws: TLSError.self) { try TLSKeyLog(path: path) }
            #expect(error?.message == "\(path) is open to others (mode 640); run: chmod 600 \(path)")
            #expect(throws: TLSError.self) { try TLSKeyLog(path: "\(folder)/none/keys.log") }
        }
    }
}
