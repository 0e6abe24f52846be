import HTTPTypes
package import Hummingbird
import NIOCore

/// A gateway's pages and what they load, each at its path.
///
/// Browsers keep the files and ask each time whether they are still the same (`ETag`, `If-None-Match`), so a page and its
/// parts are never of two versions of the server.
package struct Pages: Sendable {
    private struct Served: Sendable {
        let file: PageFile
        let body: ByteBuffer

        init(_ file: PageFile) {
            self.file = file
            body = file.content.withUTF8Buffer { ByteBuffer(bytes: $0) }
        }
    }

    private let served: [Served]
    private let folder: PageFolder?

    /// - Parameter folder: where the files lie as they are being written, read anew for each request; nil, the default:
    ///   those compiled in are served
    package init(_ files: [PageFile], folder: String? = nil) {
        served = files.map(Served.init)
        self.folder = folder.map { PageFolder(path: $0) }
    }

    package func add(to router: Router<some WebContext>) {
        for served in served {
            router.get(RouterPath(served.file.path)) { request, _ in
                if let folder {
                    return try await folder.response(source: served.file.source, contentType: served.file.contentType)
                }
                return Self.response(served, to: request)
            }
        }
    }

    private static func response(_ served: Served, to request: Request) -> Response {
        let tag = "\"\(served.file.tag)\""
        var headers = PageHeaders.fields
        headers[.eTag] = tag
        if EntityTags.match(request.headers[values: .ifNoneMatch], tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = served.file.contentType
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: served.body))
    }
}
