import Foundation
import Hummingbird
import Testing

@testable import Web

@Suite("A gateway's pages")
struct PagesTests {
    static let files = [
        PageFile(
            path: "/", source: "index.html", contentType: "text/html; charset=utf-8", tag: "00000000000000aa",
            content: "<!doctype html>\n<p>Größe</p>\n"),
        PageFile(
            path: "/assets/map/view.js", source: "map/view.js", contentType: "text/javascript; charset=utf-8",
            tag: "00000000000000bb", content: "export {}\n"),
    ]

    private func get(_ path: String, _ headers: String = "", method: String = "GET", port: Int) async throws -> String {
        let peer = try await Peer.connect(port: port)
        try await peer.send("\(method) \(path) HTTP/1.1\r\nHost: mall\r\nConnection: close\r\n\(headers)\r\n")
        return String(decoding: try await peer.rest(), as: UTF8.self)
    }

    @Test("come whole, with their type, their tag and what keeps others out")
    func served() async throws {
        try await TestServer.run {
            Pages(Self.files).add(to: $0)
        } _: { server in
            let page = try await get("/", port: server.port)
            #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(page.hasSuffix("\r\n\r\n<!doctype html>\n<p>Größe</p>\n"))
            #expect(page.contains("ETag: \"00000000000000aa\"\r\n"))
            #expect(page.contains("Content-Type: text/html; charset=utf-8\r\n"))
            #expect(page.contains("Cache-Control: no-cache\r\n"))
            #expect(page.contains("Content-Security-Policy: default-src 'none'; script-src 'self';"))
            #expect(page.contains("frame-ancestors 'none'\r\n"))
            #expect(page.contains("X-Content-Type-Options: nosniff\r\n"))
            #expect(page.contains("Referrer-Policy: no-referrer\r\n"))
            #expect(!page.lowercased().contains("strict-transport-security"))
            let module = try await get("/assets/map/view.js", port: server.port)
            #expect(module.contains("Content-Type: text/javascript; charset=utf-8\r\n"))
            #expect(module.hasSuffix("\r\n\r\nexport {}\n"))
        }
    }

    @Test("are not sent again to who has them")
    func notModified() async throws {
        try await TestServer.run {
            Pages(Self.files).add(to: $0)
        } _: { server in
            let same = try await get("/", "If-None-Match: \"x\", W/\"00000000000000aa\"\r\n", port: server.port)
            #expect(same.hasPrefix("HTTP/1.1 304 Not Modified\r\n"))
            #expect(same.contains("ETag: \"00000000000000aa\"\r\n"))
            #expect(same.hasSuffix("\r\n\r\n"))
            let other = try await get("/", "If-None-Match: \"00000000000000bb\"\r\n", port: server.port)
            #expect(other.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("have a head without a body, and nothing beside them")
    func others() async throws {
        try await TestServer.run {
            Pages(Self.files).add(to: $0)
        } _: { server in
            let head = try await get("/", method: "HEAD", port: server.port)
            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(head.hasSuffix("\r\n\r\n"))
            for path in [
                "/assets/../index.html", "/assets/map", "/index.html", "/assets/%2e%2e/x", "/assets//map/view.js/x",
            ] {
                let answer = try await get(path, port: server.port)
                #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"), "\(path)")
                #expect(answer.contains("urn:mallbots:problem:no-such-route"))
                #expect(answer.contains("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"))
            }
        }
    }

    @Test("can be read from a folder while they are being written")
    func folder() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pages-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("first".utf8).write(to: folder.appendingPathComponent("index.html"))
        try await TestServer.run {
            Pages(Self.files, folder: folder.path).add(to: $0)
        } _: { server in
            #expect(try await get("/", port: server.port).hasSuffix("\r\n\r\nfirst"))
            try Data("second".utf8).write(to: folder.appendingPathComponent("index.html"))
            let second = try await get("/", port: server.port)
            #expect(second.hasSuffix("\r\n\r\nsecond"))
            #expect(second.contains("Cache-Control: no-store\r\n"))
            let missing = try await get("/assets/map/view.js", port: server.port)
            #expect(missing.hasPrefix("HTTP/1.1 404"))
            #expect(missing.contains("map/view.js cannot be read"))
        }
    }

    @Test(
        "are known by their tags, as RFC 9110 has them",
        arguments: [
            ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false), ("", false),
            ("a", false), ("\"A\"", false),
        ])
    func tags(field: String, expected: Bool) {
        #expect(EntityTags.match([field], "\"a\"") == expected)
    }
}
