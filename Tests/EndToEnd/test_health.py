"""Health and reflection of a real server: what it says of itself, and that it does not lie."""
import json
import pathlib
import resource
import subprocess
import time
import unittest

import mall
import test_python_client
import wire
from certificates import issue
from mall import Process, run, wait_until

ORDERS = "mallbots.orders.v1.OrdersService"
STORES = "mallbots.stores.v1.StoresService"
BOTS = "mallbots.bots.v1.BotService"
WATCH = "/mallbots.health.v1.HealthService/Watch"
OWN = {
    "mallbots.health.v1.HealthService": ["Check", "Watch"],
    "mallbots.reflection.v1.ReflectionService": ["ListServices", "GetDescriptors"],
}


def setUpModule():
    test_python_client.setUpModule()


class HealthTestCase(test_python_client.PythonTestCase):
    def health(self, *arguments):
        return self.tool("health", *arguments)

    def assertHealth(self, word, *arguments):
        answer = self.health(*arguments)
        status = {"serving": 0}.get(word, 1)
        self.assertEqual((answer.returncode, answer.stdout), (status, word + "\n"), answer.stderr)

    def listed(self, *arguments):
        answer = self.tool("services", "list", "--json", *arguments)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return {service["name"]: service["methods"] for service in map(json.loads, answer.stdout.splitlines())}

    def client(self, listener, *arguments, kind="bot"):
        """The arguments that run the dynamic client against a listener, with a certificate of the right kind."""
        name = f"{kind}-1"
        if not (self.folder / f"{name}.pem").exists():
            issue(self.data, name, self.folder, kind=kind)
        return [
            pathlib.Path(__file__).with_name("dynamic_client.py"), "--server", self.addresses[listener],
            "--ca", self.data / "tls" / "ca.pem", "--cert", self.folder / f"{name}.pem", "--key", self.folder / f"{name}.key",
            *arguments]

    def ask(self, listener, *arguments, kind="bot"):
        answer = self.python(*self.client(listener, *arguments, kind=kind))
        self.assertEqual(answer.returncode, 0, answer.stderr[-2000:])
        return json.loads(answer.stdout)


class Health(HealthTestCase):
    def test_every_service_of_both_listeners_serves(self):
        self.serve()
        bots = ("--server", self.addresses["bots"])
        self.assertHealth("serving")
        self.assertHealth("serving", *bots)
        services = self.listed()
        self.assertLessEqual({ORDERS, STORES, *OWN}, set(services))
        self.assertEqual(self.listed(*bots), {BOTS: ["Connect", "GetMap"], **OWN})
        for name in services:
            self.assertHealth("serving", name)
        for name in (BOTS, *OWN):
            self.assertHealth("serving", name, *bots)
        self.assertEqual(json.loads(self.health(ORDERS, "--json").stdout), {"service": ORDERS, "status": "serving"})

    def test_exit_statuses_tell_what_is_wrong(self):
        server = self.serve()
        # A service of the other listener is none of this one's.
        unknown = self.health(BOTS)
        self.assertEqual(unknown.returncode, 1)
        self.assertRegex(unknown.stdout, r"^unknown: .*services list\n$")
        self.assertEqual(json.loads(self.health("x", "--json").stdout), {"service": "x", "status": "unknown"})
        self.assertEqual(self.health("x" * 300).returncode, 2)
        server.stop()
        gone = self.health()
        self.assertEqual((gone.returncode, gone.stdout), (2, ""))
        self.assertIn("cannot reach the services", gone.stderr)
        nowhere = run("health", "--data", self.folder / "nothing")
        self.assertEqual(nowhere.returncode, 2)
        self.assertIn("there is no mall", nowhere.stderr)
        self.assertEqual(self.health("--wtach").returncode, 64)

    def test_who_watches_learns_of_the_end_before_the_connection_goes(self):
        server = self.serve()
        watchers = []
        for listener, kind, service in (("bots", "bot", BOTS), ("services", "service", ORDERS)):
            certificate = issue(self.data, "watcher", self.folder, kind=kind)
            host, port = self.addresses[listener].rsplit(":", 1)
            peer = wire.Peer((host, int(port)), wire.context(self.data / "tls", certificate))
            self.addCleanup(peer.close)
            peer.send(wire.unary(1, WATCH, wire.data(1, service.encode())))
            first = peer.frames(until=lambda stream, kind, _: kind == wire.MESSAGE)[-1]
            self.assertEqual(first, (1, wire.MESSAGE, wire.number(1, 1)), "serving")
            watchers.append(peer)
        began = time.monotonic()
        server.popen.terminate()
        for peer in watchers:
            last = peer.frames()
            kinds = [kind for _, kind, _ in last]
            self.assertEqual(last[0], (1, wire.MESSAGE, wire.number(1, 2)), f"not serving comes first: {kinds}")
            self.assertIn(wire.GO_AWAY, kinds)
            status = next(body for stream, kind, body in last if (stream, kind) == (1, wire.STATUS))
            self.assertEqual(wire.code(status), 14, "UNAVAILABLE")
        self.assertEqual(server.popen.wait(30), 0)
        # A watch that stayed open would use up the grace, of ten seconds.
        self.assertLess(time.monotonic() - began, 8)

    def test_the_python_client_watches(self):
        server = self.serve()
        watcher = test_python_client.PythonProcess(self.folder, "watcher", *self.client("bots", "watch", BOTS))
        self.processes.append(watcher)
        self.assertEqual(watcher.first_line(), "SERVING_STATUS_SERVING")
        server.stop()
        self.assertEqual(watcher.popen.wait(30), 0)
        self.assertEqual(
            watcher.stdout.read_text().splitlines(),
            ["SERVING_STATUS_SERVING", "SERVING_STATUS_NOT_SERVING", "UNAVAILABLE: the server is shutting down"])

    def test_the_command_watches(self):
        server = self.serve()
        watcher = self.start("health", "health", "--watch", "--json", "--data", self.data)
        self.assertEqual(json.loads(watcher.first_line()), {"service": "", "status": "serving"})
        server.stop()
        self.assertEqual(watcher.popen.wait(30), 2)
        last = watcher.stdout.read_text().splitlines()[1:]
        self.assertEqual([json.loads(line)["status"] for line in last], ["not_serving"])
        self.assertIn("shutting down", watcher.stderr.read_text())


class FullDisk(HealthTestCase):
    """A server whose logs take no more: no file may grow past a limit, until that is lifted."""

    def start(self, name, *arguments, **options):
        if name != "serve":
            return super().start(name, *arguments, **options)
        # The signal that tells a process of the limit would end it; ignored, its writes fail.
        executable, mall.EXECUTABLE = mall.EXECUTABLE, "sh"
        try:
            process = Process(self.folder, name, "-c", 'trap "" XFSZ; exec "$0" "$@"', executable, *arguments, **options)
        finally:
            mall.EXECUTABLE = executable
        self.processes.append(process)
        return process

    def limit(self, server, size):
        _, hard = resource.prlimit(server.popen.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.popen.pid, resource.RLIMIT_FSIZE, (size, hard))

    def test_a_server_that_cannot_write_does_not_say_that_it_serves(self):
        server = self.serve()
        watcher = self.start("health", "health", ORDERS, "--watch", "--data", self.data)
        self.assertEqual(watcher.first_line(), "serving")
        self.place(items=1)
        self.assertHealth("serving")

        self.limit(server, 4096)
        refused = self.http("POST", "/api/v1/baskets", {"kiosk_id": "test"})
        self.assertGreaterEqual(refused.status, 500, refused)
        # At once, not a moment later: who was refused must not be told that all is well.
        self.assertHealth("not serving", ORDERS)
        self.assertHealth("not serving")
        self.assertHealth("serving", STORES)
        self.assertHealth("serving", BOTS, "--server", self.addresses["bots"])
        # It can still be read.
        self.expect(200, "GET", "/api/v1/stores")

        self.limit(server, resource.RLIM_INFINITY)
        # Nobody asks anything of it but how it is.
        wait_until("the server to serve again", lambda: self.health().returncode == 0, 20)
        self.assertHealth("serving", ORDERS)
        self.place(items=1)
        self.assertEqual(watcher.stdout.read_text().splitlines(), ["serving", "not serving", "serving"])


class Reflection(HealthTestCase):
    def test_a_client_without_the_protos_makes_calls(self):
        self.serve()
        self.assertEqual(self.ask("bots", "list"), {BOTS: ["Connect", "GetMap"], **OWN})
        building = self.ask("bots", "call", f"/{BOTS}/GetMap", "{}")
        self.assertTrue(building["mall"]["nodes"])

        identifier = self.place(items=2, quantity=3)["order_id"]
        order = self.ask("services", "call", f"/{ORDERS}/GetOrder", json.dumps({"orderId": identifier}), kind="service")
        self.assertEqual([line["quantity"] for line in order["lines"]], [3, 3])
        stores = self.ask("services", "call", f"/{STORES}/ListStores", "{}", kind="service")["stores"]
        self.assertEqual(len(stores), len(self.expect(200, "GET", "/api/v1/stores")["stores"]))

    def test_a_robot_is_shown_its_own_door_only(self):
        self.serve()
        for symbol in (ORDERS, "mallbots.orders.v1.Order", "mallbots/orders/v1/orders.proto"):
            answer = self.tool("services", "describe", symbol, "--server", self.addresses["bots"])
            self.assertEqual(answer.returncode, 1)
            self.assertIn(f"'{symbol}'", answer.stderr)
        answer = self.python(*self.client("services", "list", kind="bot"))
        self.assertIn("only services and tools may call here", answer.stderr)

    def test_a_reader_that_has_enough_is_no_fault(self):
        self.serve()
        shown = subprocess.Popen(
            [mall.EXECUTABLE, "services", "--data", str(self.data)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        shown.stdout.close()
        with shown.stderr:
            self.assertEqual((shown.wait(30), shown.stderr.read()), (141, b""))

    def test_the_schema_is_shown_and_written(self):
        self.serve()
        shown = self.tool("services", "describe", f"/{ORDERS}/GetOrder")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("rpc GetOrder(GetOrderRequest) returns (Order);", shown.stdout)
        self.assertIn("\n// mallbots/stores/v1/stores.proto\n", self.tool("services", "describe").stdout)
        # protoc takes what the server said for a schema.
        path = self.folder / "orders.binpb"
        written = self.tool("services", "describe", ORDERS, "--descriptor-set", path)
        self.assertEqual(written.returncode, 0, written.stderr)
        encoded = subprocess.run(
            ["protoc", f"--descriptor_set_in={path}", "--encode=mallbots.orders.v1.GetOrderRequest"],
            input=b'order_id: "o-1"', capture_output=True, timeout=30)
        self.assertEqual((encoded.returncode, encoded.stdout), (0, b"\x0a\x03o-1"), encoded.stderr)
        failed = self.tool("services", "describe", ORDERS, "--descriptor-set", self.folder / "no" / "where")
        self.assertEqual(failed.returncode, 1)
        self.assertIn("cannot write", failed.stderr)


if __name__ == "__main__":
    unittest.main()
