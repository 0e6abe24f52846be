"""Staff at work, as they are: the first manager, users, the desk, robots; over a server that is killed meanwhile."""
import http.cookiejar
import json
import os
import pty
import select
import signal
import sqlite3
import unittest
import urllib.error
import urllib.request

from mall import EXECUTABLE, MallTestCase, Response, run, wait_until

PASSWORD = "correct horse battery"


class Browser:
    """Keeps cookies, as a browser does, and calls the staff's API."""

    def __init__(self, case):
        self.case = case
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def call(self, method, path, body=None, headers=None):
        data = json.dumps(body).encode() if body is not None else None
        headers = {**({"Content-Type": "application/json"} if data else {}), **(headers or {})}
        request = urllib.request.Request(
            f"http://{self.case.addresses['staff']}{path}", data, headers, method=method)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return Response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())

    def expect(self, status, method, path, body=None, **options):
        answer = self.call(method, path, body, **options)
        self.case.assertEqual(answer.status, status, f"{method} {path}: {answer}")
        return answer.json if answer.body else None

    def sign_in(self, name, password=PASSWORD):
        self.expect(200, "POST", "/api/v1/session", {"name": name, "password": password})
        return self

    @property
    def token(self):
        return next(cookie.value for cookie in self.jar if cookie.name == "mallbots_staff")


class StaffTestCase(MallTestCase):
    def set_up(self):
        """The first manager's browser, as the address that the server prints leads there."""
        token = self.addresses["staff_setup"].split("#setup=")[1]
        browser = Browser(self)
        made = browser.expect(
            201, "POST", "/api/v1/setup", {"token": token, "name": "anna", "password": PASSWORD})
        self.assertEqual(made["user"], {"name": "anna", "role": "manager"})
        return browser

    def user(self, manager, name, role):
        manager.expect(201, "POST", "/api/v1/users", {"name": name, "role": role, "password": PASSWORD})
        return Browser(self).sign_in(name)


class Staff(StaffTestCase):
    def test_from_the_first_start_to_a_handed_over_order(self):
        server = self.serve()
        self.bots(3)
        self.assertIn(f"http://{self.addresses['staff']}/#setup=", self.addresses["staff_setup"])
        manager = self.set_up()
        clerk = self.user(manager, "carl", "clerk")
        viewer = self.user(manager, "vera", "viewer")

        placed = self.place(items=2)
        order = placed["order_id"]
        self.assertEqual(clerk.expect(200, "GET", f"/api/v1/pickup/{placed['pickup_code'].lower()}")["order_id"], order)
        clerk.expect(409, "POST", f"/api/v1/orders/{order}/hand-over", {"pickup_code": placed["pickup_code"]})
        self.wait_for_state(order, "ready")
        viewer.expect(403, "POST", f"/api/v1/orders/{order}/payment", {"method": "cash"})
        paid = clerk.expect(200, "POST", f"/api/v1/orders/{order}/payment", {"method": "cash"})
        self.assertEqual(paid["state"], "paid")
        wait_until("the order to be paid", lambda: clerk.expect(200, "GET", f"/api/v1/orders/{order}")["paid"])
        wrong = clerk.call("POST", f"/api/v1/orders/{order}/hand-over", {"pickup_code": "WRONG2"})
        self.assertIn(wrong.status, (403, 409), wrong)

        # The session is as good after the server was killed.
        server.popen.send_signal(signal.SIGKILL)
        server.popen.wait(10)
        staff, bots = self.addresses["staff"], self.addresses["bots"]
        self.serve(ports=(bots.split(":")[1], 0, 0))
        self.assertNotIn("staff_setup", self.addresses)
        self.assertNotEqual(self.addresses["staff"], staff)
        # Cookies do not look at ports.
        done = clerk.expect(200, "POST", f"/api/v1/orders/{order}/hand-over", {"pickup_code": placed["pickup_code"]})
        self.assertEqual(done["state"], "completed")

        timeline = viewer.expect(200, "GET", f"/api/v1/orders/{order}/timeline")["events"]
        self.assertEqual({event["service"] for event in timeline}, {"orders", "payments", "depot"})
        self.assertEqual(timeline[0]["type"], "BasketStarted")
        self.assertIn("OrderCompleted", [event["type"] for event in timeline[-2:]])
        self.assertNotIn(placed["pickup_code"], json.dumps(timeline))
        known = {(event["service"], event["position"]) for event in timeline}
        picked = next(event for event in timeline if event["type"] == "ItemPicked")
        self.assertEqual(picked["cause"]["service"], "gateway")
        ready = next(event for event in timeline if event["type"] == "OrderReady")
        self.assertIn((ready["cause"]["service"], ready["cause"]["position"]), known)

        # The robot that brought it has a log, of the depot's events and its own reports.
        robot = picked["data"]["botId"]
        log = viewer.expect(200, "GET", f"/api/v1/bots/{robot}/log?page_size=200")["events"]
        self.assertEqual({event["service"] for event in log}, {"depot", "gateway"})

        entries = manager.expect(200, "GET", f"/api/v1/audit?target=order/{order}")["entries"]
        self.assertEqual(
            [(entry["user"], entry["action"], entry["outcome"].split(":")[0]) for entry in entries], [
                ("carl", "hand over order", "done"), ("carl", "hand over order", "refused"),
                ("carl", "take payment", "done"), ("vera", "take payment", "refused"), ("carl", "hand over order", "refused")])
        refused = manager.expect(200, "GET", "/api/v1/audit?user=vera")["entries"][0]
        self.assertEqual(refused["action"], "take payment")
        self.assertTrue(refused["outcome"].startswith("refused: This takes a clerk"), refused)

    def test_robots_obey_managers(self):
        self.serve()
        self.bots(2, speed=10)
        manager = self.set_up()
        wait_until("robots to wait", lambda: all(
            bot["state"] == "waiting" for bot in manager.expect(200, "GET", "/api/v1/bots")["bots"]
        ) and len(manager.expect(200, "GET", "/api/v1/bots")["bots"]) == 2)

        def state():
            return manager.expect(200, "GET", "/api/v1/bots/bot-1")["state"]
        manager.expect(200, "POST", "/api/v1/bots/bot-1/pause", {"reason": "cleaning"})
        wait_until("the robot to be paused", lambda: state() == "paused")
        manager.expect(200, "POST", "/api/v1/bots/bot-1/resume")
        wait_until("the robot to go on", lambda: state() == "waiting")
        log = manager.expect(200, "GET", "/api/v1/bots/bot-1/log")["events"]
        paused = [event for event in log if event["type"] == "DirectiveIssued" and "anna" in json.dumps(event["data"])]
        self.assertTrue(paused, "the robot's log says who paused it")
        manager.expect(200, "POST", "/api/v1/bots/bot-1/retire")
        wait_until("the robot to be retired", lambda: state() == "retired")

    def test_the_page_comes_with_what_keeps_others_out(self):
        self.serve()
        for path, kind in (("/", "text/html"), ("/assets/app.js", "text/javascript"), ("/assets/staff.css", "text/css")):
            page = Browser(self).call("GET", path)
            self.assertEqual(page.status, 200, path)
            self.assertTrue(page.headers["Content-Type"].startswith(kind), path)
            self.assertIn("frame-ancestors 'none'", page.headers["Content-Security-Policy"])
            self.assertEqual(page.headers["X-Content-Type-Options"], "nosniff")
            again = Browser(self).call("GET", path, headers={"If-None-Match": page.headers["ETag"]})
            self.assertEqual(again.status, 304, path)
        self.assertEqual(Browser(self).call("GET", "/assets/nothing.js").status, 404)

    def test_nothing_secret_is_left_anywhere(self):
        server = self.serve("--log-level", "debug")
        manager = self.set_up()
        self.user(manager, "carl", "clerk")
        Browser(self).call("POST", "/api/v1/session", {"name": "carl", "password": "a wrong one " + PASSWORD})
        setup = self.addresses["staff_setup"].split("#setup=")[1]
        server.stop()
        # A token of setup is in addresses.json as long as it is good for something: that file is the owner's only.
        self.assertEqual((self.data / "addresses.json").stat().st_mode & 0o77, 0)
        written = server.stderr.read_text()
        for file in self.data.glob("*.db*"):
            written += file.read_bytes().decode("latin-1")
        for secret in (PASSWORD, manager.token, setup):
            self.assertNotIn(secret, written)
        hashes = sqlite3.connect(self.data / "staff.log.db").execute("select count(*) from sqlite_master").fetchone()
        self.assertGreater(hashes[0], 0)


class StaffTool(StaffTestCase):
    def staff(self, *arguments, text=None):
        return run("staff", *arguments, "--data", self.data, input=text)

    def refused(self, answer, *words, status=1):
        self.assertEqual(answer.returncode, status, answer)
        for word in words:
            self.assertIn(word, answer.stderr)
        self.assertNotIn(PASSWORD, answer.stderr + answer.stdout)

    def test_users_are_kept_from_the_machine_itself(self):
        self.serve()
        self.assertIn("no users yet", self.staff("users").stdout)
        self.refused(self.staff("add", "vera", text=PASSWORD), "must be a manager")
        self.refused(self.staff("add", "anna", "--role", "manager", text="short"), "10 to 128 characters")
        self.refused(self.staff("add", "an na", "--role", "manager", text=PASSWORD), "letters")
        self.refused(self.staff("add", "anna", "--role", "boss", text=PASSWORD), "manager", status=64)
        self.refused(self.staff("add", "anna", "--role", "manager", text=""), "standard input")
        self.assertEqual(self.staff("add", "anna", "--role", "manager", text=PASSWORD + "\n").returncode, 0)
        self.assertEqual(self.staff("add", "carl", "--role", "clerk", text=PASSWORD).returncode, 0)
        carl = Browser(self).sign_in("carl")
        manager = Browser(self).sign_in("anna")
        self.assertEqual(manager.call("POST", "/api/v1/setup", {"token": "x", "name": "eve", "password": PASSWORD}).status, 409)

        self.assertEqual(self.staff("passwd", "carl", text="another password").returncode, 0)
        carl.expect(401, "GET", "/api/v1/orders")
        carl.sign_in("carl", "another password")
        self.assertIn("carl is a viewer", self.staff("change", "carl", "--role", "viewer").stdout)
        self.assertIn("disabled", self.staff("change", "carl", "--disable").stdout)
        self.refused(self.staff("change", "carl"), "--role", status=64)
        self.refused(self.staff("change", "anna", "--disable"), "last manager")
        self.refused(self.staff("remove", "anna"), "last manager")
        self.refused(self.staff("passwd", "nobody", text=PASSWORD), "nobody")

        users = [json.loads(line) for line in self.staff("users", "--json").stdout.splitlines()]
        self.assertEqual([(user["name"], user["role"], user["disabled"]) for user in users], [
            ("anna", "manager", False), ("carl", "viewer", True)])
        table = self.staff("users").stdout
        self.assertIn("disabled", table)
        self.assertEqual(self.staff("remove", "carl").returncode, 0)
        audit = manager.expect(200, "GET", "/api/v1/audit?user=service/tools")["entries"]
        self.assertEqual(audit[0]["action"], "remove user")
        self.assertEqual(audit[-1]["outcome"].split(":")[0], "refused")

    def test_a_password_is_typed_unseen(self):
        self.serve()
        child, terminal = pty.fork()
        if child == 0:
            os.execv(EXECUTABLE, [EXECUTABLE, "staff", "add", "anna", "--role", "manager", "--data", str(self.data)])
        seen = b""

        def read_until(words):
            nonlocal seen
            while words not in seen:
                self.assertTrue(select.select([terminal], [], [], 30)[0], seen)
                try:
                    seen += os.read(terminal, 1024)
                except OSError:
                    break
        read_until(b"New password of anna")
        os.write(terminal, PASSWORD.encode() + b"\n")
        read_until(b"The same again")
        os.write(terminal, PASSWORD.encode() + b"\n")
        read_until(b"added anna")
        self.assertIn(b"added anna", seen)
        self.assertNotIn(PASSWORD.encode(), seen)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        os.close(terminal)
        Browser(self).sign_in("anna")


if __name__ == "__main__":
    unittest.main()
