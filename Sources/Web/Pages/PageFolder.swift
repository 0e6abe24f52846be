import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

/// A page's files as they lie on the disk, for those who are writing them: a change shows at the next reload.
struct PageFolder: Sendable {
    let path: String

    /// - Parameter source: a path that was compiled in, so it leads nowhere else
    /// - Throws: a `Problem` that names the file when it cannot be read
    func response(source: String, contentType: String) async throws -> Response {
        let file = "\(path)/\(source)"
        guard
            let content = try await NIOThreadPool.singleton.runIfActive({ FileManager.default.contents(atPath: file) })
        else {
            throw Problem(
                kind: "no-page-file", status: .notFound, title: "The page's file is gone",
                detail: "\(file) cannot be read; it was there when the server was built.")
        }
        var headers = PageHeaders.fields
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-store"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: content)))
    }
}
