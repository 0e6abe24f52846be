"""A real browser before a real mall: Debian's Chromium, driven by Playwright, for the tests of the pages.

Every page that a test opens is watched. What it should not do fails the test: an error on the console, an exception that
nobody caught, a violation of the Content-Security-Policy, a request to anywhere but the mall. Errors that belong to a test
(a declined card is a 402, and Chromium writes that on the console) are named beforehand with `allow`.

A failing test leaves a screenshot of each page in .build/browser-failures. MALLBOTS_PICTURES=docs/pictures has `picture`
write the documentation's pictures.
"""
import atexit
import io
import os
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))

from mall import MallTestCase, free_ports, wait_until  # noqa: E402,F401
from PIL import Image  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402,F401

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FAILURES = ROOT / ".build" / "browser-failures"
PICTURES = os.environ.get("MALLBOTS_PICTURES")

# A phone, a laptop, and a 27-inch touch screen on its end, as kiosks have.
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
KIOSK = {"width": 1080, "height": 1920}

_browser = None


def browser():
    """The one browser of this process; each test has its own context in it."""
    global _browser
    if _browser is None:
        playwright = sync_playwright().start()
        _browser = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none",
                  # Names of other machines do not resolve: a page that needs one is found out at once.
                  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"])

        def close():
            _browser.close()
            playwright.stop()
        atexit.register(close)
    return _browser


class BrowserTestCase(MallTestCase):
    """A mall, and pages of it. `serve` and `bots` as in the other end-to-end tests."""

    def setUp(self):
        super().setUp()
        self.faults = []
        self.allowed = []
        self.pages = []
        self.contexts = []
        self.addCleanup(self.close_pages)

    def page(self, url, *, viewport=LAPTOP, scheme="light", motion="reduce", touch=False, context=None, **options):
        """Opens a page in a context of its own, or in `context`, and watches it from then on."""
        if context is None:
            context = browser().new_context(
                viewport=viewport, color_scheme=scheme, reduced_motion=motion, has_touch=touch, locale="en-GB",
                timezone_id="Europe/Berlin", ignore_https_errors=True, service_workers="block", **options)
            context.set_default_timeout(20_000)
            # A violation is on the console as well; this one says which directive.
            context.add_init_script(
                "addEventListener('securitypolicyviolation', e => console.error("
                "`CSP: ${e.violatedDirective} refuses ${e.blockedURI} ${e.sample}`))")
            self.contexts.append(context)
        page = context.new_page()
        self.pages.append(page)
        self.watch(page)
        page.goto(url)
        return page

    def watch(self, page):
        page.on("console", lambda message: self.fault(f"console: {message.text}", message.location.get("url", ""))
                if message.type == "error" else None)
        page.on("pageerror", lambda error: self.fault(f"exception: {error}\n{error.stack or ''}"))
        page.on("request", lambda request: self.request(request.url))

    def request(self, url):
        if not re.match(r"(https?|wss?)://(127\.0\.0\.1|localhost|\[::1\])[:/]|data:|blob:|about:", url):
            self.fault(f"request to elsewhere: {url}")

    def fault(self, text, url=""):
        text = f"{text} {url}".strip()
        if not any(re.search(pattern, text) for pattern in self.allowed):
            self.faults.append(text)

    def allow(self, *patterns):
        """From now on a fault in which one of these is found belongs to the test."""
        self.allowed += patterns

    def allow_outage(self):
        """From now on the mall may be out of reach: what Chromium says of that belongs to the test."""
        self.allow(r"net::ERR_", r"status of 50[34]", r"WebSocket connection to .* failed")

    def tearDown(self):
        super().tearDown()
        self.assertEqual(self.faults, [], "the page did what it should not")

    def close_pages(self):
        for number, page in enumerate(self.pages):
            if self.has_failed and not page.is_closed():
                FAILURES.mkdir(parents=True, exist_ok=True)
                file = FAILURES / f"{self.id().split('.', 1)[-1]}-{number}.png"
                try:
                    page.screenshot(path=file, full_page=True)
                    print(f"--- {page.url} is pictured in {file}")
                except Exception as error:  # A page that crashed has no picture, and the test has failed anyhow.
                    print(f"--- no picture of {page.url}: {error}")
        for context in self.contexts:
            context.close()

    def picture(self, page, name, *, full_page=False, width=None, kilobytes=150):
        """Writes NAME.png for the documentation, when those are asked for; as small as the limit wants it."""
        shot = page.screenshot(full_page=full_page, animations="disabled")
        if not PICTURES:
            return
        image = Image.open(io.BytesIO(shot)).convert("RGB")
        if width:
            image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
        for colours in (256, 128, 64, 32):
            data = io.BytesIO()
            image.quantize(colours, dither=Image.Dither.NONE).save(data, "PNG", optimize=True)
            if data.tell() <= kilobytes * 1024:
                break
        folder = pathlib.Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(data.getvalue())
