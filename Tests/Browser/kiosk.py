"""The kiosk page as a customer uses it, for the tests of the kiosk."""
import io
import json
import os

from browser import KIOSK, LAPTOP, PHONE, BrowserTestCase, expect, free_ports, wait_until  # noqa: F401
from PIL import Image
from pyzbar.pyzbar import decode


# For those who write the page: its files as they lie there, instead of those that are compiled in.
PAGES = os.environ.get("MALLBOTS_KIOSK_PAGES")


class KioskTestCase(BrowserTestCase):
    def serve(self, *arguments, **options):
        return super().serve(*arguments, *(["--kiosk-pages", PAGES] if PAGES else []), **options)

    def open(self, query="", path="/", **options):
        """The page, as it greets everybody."""
        options.setdefault("viewport", LAPTOP)
        return self.page(f"http://{self.addresses['kiosk']}{path}{query}", **options)

    def start_shopping(self, page):
        page.get_by_role("button", name="Start shopping").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Where would you like to shop?")

    def choose(self, page, store, *products):
        """Goes into a store and adds one of each product."""
        page.locator("a.home").click()
        page.get_by_role("link", name=store).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(store)
        for product in products:
            page.get_by_role("button", name=f"Add {product} to the basket").click()
            expect(page.locator("basket-panel .lines li:not(.going)", has_text=product)).to_have_count(1)

    def check_out(self, page, card=None):
        """Orders what is in the basket, paying later or with a test card named in words."""
        page.get_by_role("link", name="Check out").click()
        if card:
            page.get_by_label("Pay by card now").check()
            page.get_by_label(card, exact=True).check()
        page.get_by_role("button", name="Order for").click()

    def ordered(self, page):
        """The pickup code on the page, once there is one."""
        code = page.locator("p.code")
        expect(code).to_be_visible()
        return code.inner_text().replace(" ", "")

    def pay(self, page, card):
        page.get_by_role("button", name="Pay €").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label(card, exact=True).check()
        dialog.get_by_role("button", name="Pay", exact=True).click()

    def title(self, page, text, seconds=60):
        expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=seconds * 1000)

    def orders(self):
        """All orders of the mall, as its tool lists them."""
        listed = self.tool("orders", "list", "--json")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return [json.loads(line) for line in listed.stdout.splitlines()]

    def order_of(self, code):
        return self.expect(200, "GET", f"/api/v1/orders?pickup_code={code}")

    def hand_over(self, code):
        order = self.order_of(code)
        done = self.tool("orders", "hand-over", order["order_id"], "--code", code)
        self.assertEqual(done.returncode, 0, done.stderr)

    def read_qr(self, page):
        """What a scanner at the depot reads from the screen."""
        image = Image.open(io.BytesIO(page.locator("qr-code svg").screenshot()))
        return [found.data.decode() for found in decode(image)]
