"""The pages' pure modules, tested by JavaScript in the browser that they are for: Tests/Pages/GATEWAY/*.test.js.

In the browser and not in node, because the tests of pages have Chromium anyway and so need nothing more, and because some
of the modules work on a document. No server: the files are handed to the browser as it asks for them.
"""
import pathlib
import unittest

from browser import ROOT, BrowserTestCase

TESTS = ROOT / "Tests" / "Pages"
MODULES = {"staff": ROOT / "Sources" / "StaffGateway" / "Page", "kiosk": ROOT / "Sources" / "KioskGateway" / "Page"}
SITE = "http://127.0.0.1:9"
TYPES = {".js": "text/javascript", ".html": "text/html"}


class PageModules(BrowserTestCase):
    def answer(self, route):
        path = route.request.url.removeprefix(SITE).lstrip("/")
        if not path:
            return route.fulfill(body="<!doctype html><html lang=en><title>Tests</title><link rel=icon href=data:,>", content_type="text/html")
        first, _, rest = path.partition("/")
        file = MODULES[first] / rest if first in MODULES else TESTS / path
        if not file.is_file():
            return route.fulfill(status=404, body="")
        return route.fulfill(body=file.read_text(), content_type=TYPES[file.suffix])

    def test_each_module_does_what_its_tests_say(self):
        files = sorted(TESTS.glob("*/*.test.js"))
        self.assertTrue(files, "there are no tests")
        page = self.page("about:blank")
        page.route(f"{SITE}/**", self.answer)
        for file in files:
            page.goto(f"{SITE}/")
            source = file.relative_to(TESTS).as_posix()
            results = page.evaluate(
                "async source => { await import(source); return (await import('/harness.js')).run(); }", f"/{source}")
            self.assertTrue(results, f"{source} has no tests")
            for result in results:
                with self.subTest(f"{source}: {result['name']}"):
                    self.assertIsNone(result["error"], result["error"])


if __name__ == "__main__":
    unittest.main()
