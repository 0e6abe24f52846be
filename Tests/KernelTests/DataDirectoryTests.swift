import Foundation
import Kernel
import Testing

@Suite struct DataDirectoryTests {
    @Test func itIsMadeForItsOwnerAlone() throws {
        let folder = try TemporaryFolder()
        let directory = try DataDirectory.open(folder.file("new/data"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("new/data"))
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
        let log = try directory.log("orders")
        _ = try log.commit(batch("a", [1]))
        let file = try FileManager.default.attributesOfItem(atPath: folder.file("new/data/orders.log.db"))
        #expect((file[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        try log.close()
    }

    @Test func oneHolderAtATime() throws {
        let folder = try TemporaryFolder()
        let directory = try DataDirectory.open(folder.path)
        let error = #expect(throws: StorageError.self) { _ = try DataDirectory.open(folder.path) }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        directory.close()
        #expect(throws: Never.self) { try DataDirectory.open(folder.path).close() }
    }

    @Test func whoHasItCanBeSeen() throws {
        let folder = try TemporaryFolder()
        #expect(DataDirectory.holder(of: folder.path) == nil)
        let directory = try DataDirectory.open(folder.path)
        #expect(DataDirectory.holder(of: folder.path) == ProcessInfo.processInfo.processIdentifier)
        directory.close()
        #expect(DataDirectory.holder(of: folder.path) == nil)
        // A number that was left behind by a crash, and is another process's by now.
        for left in ["1\n", "", "0", "-1", "soon", "99999999999"] {
            try Data(left.utf8).write(to: URL(fileURLWithPath: folder.file("lock")))
            #expect(DataDirectory.holder(of: folder.path) == nil, "\(left)")
        }
    }

    @Test func whatCannotBeAFolderIsRefused() throws {
        let folder = try TemporaryFolder()
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.file("file")))
        for path in [folder.file("file"), folder.file("file/inside"), "/proc/mallbots", "/proc"] {
            let error = #expect(throws: StorageError.self) { _ = try DataDirectory.open(path) }
            #expect(error?.code == .notAccessible, "\(path): \(error?.message ?? "")")
            #expect(error?.message.contains(path) == true)
        }
    }
}
