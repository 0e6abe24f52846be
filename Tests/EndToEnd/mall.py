"""A mall in processes of its own, started as a user starts them, for the end-to-end tests.

No sleeps that a result depends on: everything is polled with a deadline. Every port is 0, every folder temporary.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

EXECUTABLE = os.environ.get("MALLBOTS", ".build/debug/mallbots")


def wait_until(what, check, seconds=60):
    """Calls `check` until it returns something true, which is returned; fails after `seconds`, saying what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        last = check()
        if last:
            return last
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still waiting for {what}; last seen: {last!r}")
        time.sleep(0.05)


def run(*arguments, seconds=60, **options):
    """Runs mallbots to its end. What is `input`, it reads."""
    if options.get("input") is None:
        options.update(input=None, stdin=subprocess.DEVNULL)
    return subprocess.run(
        [EXECUTABLE, *map(str, arguments)], capture_output=True, text=True, timeout=seconds, **options)


class Process:
    """A mallbots process in the background; its output goes to files that a failure prints."""

    def __init__(self, folder, name, *arguments, env=None):
        self.name = name
        self.stdout = folder / f"{name}-{time.monotonic_ns()}.out"
        self.stderr = self.stdout.with_suffix(".err")
        with open(self.stdout, "wb") as out, open(self.stderr, "wb") as err:
            self.popen = subprocess.Popen(
                [EXECUTABLE, *map(str, arguments)], stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})})

    def first_line(self, seconds=60):
        def line():
            if self.popen.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.popen.returncode}: {self.stderr.read_text()[-2000:]}")
            text = self.stdout.read_text()
            return text.split("\n", 1)[0] if "\n" in text else None
        return wait_until(f"the first line of {self.name}", line, seconds)

    def kill(self):
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait(10)

    def stop(self, seconds=30):
        """SIGTERM, and the exit status."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            raise AssertionError(f"{self.name} did not stop within {seconds} s of SIGTERM: {self.stderr.read_text()[-2000:]}")


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def free_ports(count):
    """Ports that are free now, for a server that has to come back at the same address."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class MallTestCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mallbots-"))
        self.data = self.folder / "data"
        self.processes = []
        self.addCleanup(self.clean)

    @property
    def has_failed(self):
        """Whether this test has, as far as it has come. `_outcome.success` is of the part that runs, as of a clean-up."""
        result = self._outcome.result if self._outcome else None
        known = [*result.failures, *result.errors] if result else []
        return any(getattr(test, "test_case", test) is self for test, _ in known)

    def clean(self):
        for process in self.processes:
            if process.popen.poll() is None:
                process.popen.kill()
                process.popen.wait(10)
        if self.has_failed:
            for process in self.processes:
                print(f"--- {process.name}\n{process.stderr.read_text()[-3000:]}")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, *arguments, **options):
        process = Process(self.folder, name, *arguments, **options)
        self.processes.append(process)
        return process

    def serve(self, *arguments, ports=(0, 0, 0)):
        """Starts a server; its addresses are in `self.addresses`."""
        bots, services, kiosk = (f"127.0.0.1:{port}" for port in ports)
        server = self.start(
            "serve", "serve", "--data", self.data, "--bots", bots, "--services", services, "--kiosk", kiosk,
            "--staff", "127.0.0.1:0", "--json", *arguments)
        self.addresses = json.loads(server.first_line())
        return server

    def bots(self, count=4, *arguments, seed=7, speed=20):
        return self.start(
            "bots", "bots", "--count", count, "--server", self.addresses["bots"], "--data", self.data, "--seed", seed,
            "--speed", speed, "--json", *arguments)

    def tool(self, *arguments, **options):
        return run(*arguments, "--data", self.data, **options)

    def http(self, method, path, body=None, headers=None, raw=None):
        data = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
        headers = {"Content-Type": "application/json", **(headers or {})} if data is not None else (headers or {})
        request = urllib.request.Request(f"http://{self.addresses['kiosk']}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())

    def expect(self, status, method, path, body=None, **options):
        answer = self.http(method, path, body, **options)
        self.assertEqual(answer.status, status, f"{method} {path}: {answer}")
        return answer.json if answer.body else None

    def products(self, count):
        """That many products of different stores that have stock."""
        found = []
        for store in self.expect(200, "GET", "/api/v1/stores")["stores"]:
            listed = self.expect(200, "GET", f"/api/v1/stores/{store['store_id']}/products")["products"]
            found += [product for product in listed if product["stock"] > 5][:1]
            if len(found) == count:
                return found
        self.fail(f"only {len(found)} stores have products with stock")

    def place(self, items=2, quantity=1, card=None):
        """Fills a basket at the kiosk and checks out; the placed order."""
        basket = self.expect(201, "POST", "/api/v1/baskets", {"kiosk_id": "test"})
        for product in self.products(items):
            self.expect(
                200, "POST", f"/api/v1/baskets/{basket['order_id']}/items",
                {"product_id": product["product_id"], "quantity": quantity})
        return self.expect(
            201, "POST", f"/api/v1/baskets/{basket['order_id']}/checkout", {"card_token": card} if card else {})

    def order(self, identifier):
        return self.expect(200, "GET", f"/api/v1/orders/{identifier}")

    def wait_for_state(self, identifier, *states, seconds=90):
        return wait_until(
            f"order {identifier} to be {' or '.join(states)}",
            lambda: (order := self.order(identifier))["state"] in states and order, seconds)

    def events(self, *arguments):
        """All events of the logs, as dictionaries."""
        listed = self.tool("events", "--json", *arguments)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return [json.loads(line) for line in listed.stdout.splitlines()]
