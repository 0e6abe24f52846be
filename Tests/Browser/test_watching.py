"""The watcher itself: what a page should not do is noticed, or the other tests here would be worth little."""
import http.server
import threading
import unittest

from browser import BrowserTestCase

PAGE = b"<!doctype html><html lang=en><title>Odd</title><link rel=icon href=data:,><main>odd</main>"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/" else 402)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src data:; connect-src *")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *arguments):
        pass


class Watching(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.odd = self.page(f"http://127.0.0.1:{self.server.server_port}/")

    def noticed(self, script, word):
        self.assertEqual(self.faults, [])
        self.odd.evaluate(script)
        self.odd.wait_for_timeout(200)
        self.assertTrue(any(word in fault for fault in self.faults), f"{word!r} is not in {self.faults}")
        self.faults.clear()

    def test_what_a_page_should_not_do_is_noticed(self):
        self.noticed("console.error('lost')", "lost")
        self.noticed("void setTimeout(() => { throw new Error('late') })", "late")
        self.noticed("void Promise.reject(new Error('nobody'))", "nobody")
        self.noticed("void fetch('http://example.com/').catch(() => 0)", "elsewhere")
        self.noticed("void document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:1/a.png'}))", "CSP: img-src")
        self.noticed("void (document.body.innerHTML = '<p style=\"color:red\">')", "CSP: style-src")
        self.noticed("fetch('/declined').then(() => 0)", "status of 402")

    def test_what_belongs_to_a_test_is_let_be(self):
        self.allow("status of 402")
        self.odd.evaluate("fetch('/declined').then(() => 0)")
        self.odd.wait_for_timeout(200)


if __name__ == "__main__":
    unittest.main()
