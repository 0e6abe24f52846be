/// One file of a gateway's page, compiled in by `scripts/pages`.
package struct PageFile: Sendable {
    /// Where it is served: "/", "/board", "/assets/map/view.js".
    package let path: String
    /// Where it was in the page's folder: "index.html", "board.html", "map/view.js".
    package let source: String
    package let contentType: String
    /// Sixteen digits of the content's SHA-256.
    package let tag: String
    package let content: StaticString

    package init(path: String, source: String, contentType: String, tag: String, content: StaticString) {
        self.path = path
        self.source = source
        self.contentType = contentType
        self.tag = tag
        self.content = content
    }
}
