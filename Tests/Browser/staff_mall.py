"""A mall with staff: users of each role, their REST API, and their page."""
import json
import urllib.error
import urllib.request

from browser import LAPTOP, BrowserTestCase, expect
from mall import Response

# The machine may be busy with other tests.
expect.set_options(timeout=20_000)

PASSWORDS = {"maria": "manager-pass-1", "carl": "clerk-pass-1", "vera": "viewer-pass-1"}
ROLES = {"maria": "manager", "carl": "clerk", "vera": "viewer"}


class StaffTestCase(BrowserTestCase):
    """`open_mall` starts one with a user of each role; `sign_in` gives the page of one of them."""

    def serve(self, *arguments, staff_port=None, **options):
        if staff_port:
            arguments += ("--staff", f"127.0.0.1:{staff_port}")
        return super().serve(*arguments, **options)

    def open_mall(self, robots=6, speed=20, **options):
        self.serve(**options)
        self.site = f"http://{self.addresses['staff']}"
        self.cookies = {}
        if robots:
            self.bots(robots, speed=speed)
        token = self.addresses["staff_setup"].partition("#setup=")[2]
        self.expect_staff(201, None, "POST", "/setup", {"token": token, "name": "maria", "password": PASSWORDS["maria"]})
        self.cookies["maria"] = self.last_cookie
        for name in ("carl", "vera"):
            self.expect_staff(201, "maria", "POST", "/users", {"name": name, "role": ROLES[name], "password": PASSWORDS[name]})

    def staff(self, user, method, path, body=None, headers=None):
        """Calls the staff's API as a user, or as nobody."""
        headers = dict(headers or {})
        if body is not None:
            headers["Content-Type"] = "application/json"
        if user and user not in self.cookies:
            self.expect_staff(200, None, "POST", "/session", {"name": user, "password": PASSWORDS[user]})
            self.cookies[user] = self.last_cookie
        if user:
            headers["Cookie"] = self.cookies[user]
        request = urllib.request.Request(
            f"{self.site}/api/v1{path}", json.dumps(body).encode() if body is not None else None, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.last_cookie = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
                return Response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())

    def expect_staff(self, status, user, method, path, body=None, **options):
        answer = self.staff(user, method, path, body, **options)
        self.assertEqual(answer.status, status, f"{method} {path}: {answer}")
        return answer.json if answer.body else None

    def sign_in(self, user, view="overview", viewport=LAPTOP, **options):
        """The page, signed in as `user` and live."""
        page = self.page(f"{self.site}/#/{view}", viewport=viewport, **options)
        page.get_by_label("Name").fill(user)
        page.get_by_label("Password").fill(PASSWORDS[user])
        page.get_by_role("button", name="Sign in").click()
        self.is_live(page)
        return page

    def is_live(self, page):
        expect(page.locator(".condition")).to_have_text("Live")

    def view(self, page, name):
        """Goes to a part of the page by its address, and waits until it shows what it has."""
        page.goto(f"{self.site}/#/{name}")
        expect(page.locator("main h1")).to_be_visible()
        expect(page.locator("main .loading")).to_have_count(0)

    def told(self, page, words):
        """The page says that something was done."""
        expect(page.locator("mb-notices")).to_contain_text(words)

    def answer(self, page, button, **values):
        """Fills in the question that is open and answers it with the button."""
        question = page.get_by_role("dialog")
        for label, value in values.items():
            field = question.get_by_label(label.replace("_", " "), exact=False).first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        question.get_by_role("button", name=button, exact=True).click()
        expect(question).to_have_count(0)
