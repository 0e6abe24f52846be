"""The staff's live topics over real sockets, with real robots at work: nothing is missing, whatever breaks."""
import json
import random
import time
import unittest

from live import PATH, SUBPROTOCOL, LivePage, Staff
from mall import MallTestCase, wait_until
from subscribers import Swarm, open_socket, summary
from live_socket import Closed, Refused, WebSocket

PASSWORD = "correct horse battery"


class LiveTestCase(MallTestCase):
    def open(self, *arguments):
        """A mall with a manager, who is signed in."""
        self.server = self.serve(*arguments)
        self.manager = Staff(self.addresses["staff"])
        token = self.addresses["staff_setup"].split("#setup=")[1]
        status, answer = self.manager.call(
            "POST", "/api/v1/setup", {"token": token, "name": "mia", "password": PASSWORD})
        self.assertEqual(status, 201, answer)

    def user(self, name, role):
        status, answer = self.manager.call(
            "POST", "/api/v1/users", {"name": name, "role": role, "password": PASSWORD})
        self.assertEqual(status, 201, answer)
        return Staff(self.addresses["staff"]).sign_in(name, PASSWORD)

    def page(self, topics, user=None, **options):
        page = LivePage(self.addresses["staff"], (user or self.manager).cookie, topics, **options).connect()
        self.addCleanup(page.abort)
        return page

    def rest(self, path):
        status, answer = self.manager.call("GET", path)
        self.assertEqual(status, 200, answer)
        return answer


class LiveTest(LiveTestCase):
    def test_every_topic_follows_robots_at_work(self):
        self.open()
        page = self.page(["orders", "fleet", "lists", "stores", "alerts"], hz=5)
        self.bots(3)
        orders = [self.place()["order_id"] for _ in range(4)]

        def all_ready():
            known = page["orders"].things.get("orders", {})
            return all(known.get(order, {}).get("state") == "ready" for order in orders)

        page.read_until("four orders to be ready", all_ready, seconds=120)
        page.read_until("the robots to be done", lambda: not page["fleet"].things.get("tasks"))
        page.read_quiet()
        for name in ("orders", "fleet", "stores"):
            self.assertGreater(page[name].counts.get("delta", 0), 2, f"{name} followed by deltas")
        self.assertEqual(len(page["fleet"].telemetry), 3)
        robot = next(iter(page["fleet"].telemetry.values()))
        self.assertLess(robot["age_ms"], 5_000)
        self.assertIn("x_mm", robot["place"])
        # The same as REST says, field by field.
        listed = {order["order_id"]: order for order in self.rest("/api/v1/orders")["orders"]}
        for order in orders:
            self.assertEqual(page["orders"].things["orders"][order], listed[order])
        self.assertEqual(list(page["lists"].things["lists"].values()).__len__(), 4)
        stores = {store["store_id"]: store for store in self.rest("/api/v1/stores")["stores"]}
        self.assertEqual(page["stores"].things["stores"], stores)
        product = next(iter(page["stores"].things["products"].values()))
        products = self.rest(f"/api/v1/stores/{product['store_id']}/products?page_size=200")["products"]
        self.assertIn(product, products)
        bots = {bot["bot_id"] for bot in self.rest("/api/v1/bots")["bots"]}
        self.assertEqual(set(page["fleet"].things["bots"]), bots)

    def test_whoever_breaks_at_random_moments_misses_nothing(self):
        self.open()
        self.bots(3)
        order = self.place(items=3)["order_id"]
        bot = wait_until("a robot", lambda: self.rest("/api/v1/bots")["bots"])[0]["bot_id"]
        chance = random.Random(5)
        page = self.page([f"order/{order}", f"bot/{bot}", "orders", "fleet", "lists", "stores"])
        breaks = 0
        deadline = time.monotonic() + 60
        others = []
        while time.monotonic() < deadline:
            if self.order(order)["state"] == "ready" and breaks >= 15:
                break
            # A random number of messages, and then the network is gone.
            for _ in range(chance.randrange(12)):
                try:
                    page.read(0.2)
                except TimeoutError:
                    break
            page.abort()
            breaks += 1
            if chance.random() < 0.3:
                others.append(self.place(items=2)["order_id"])
            time.sleep(chance.random() * 0.3)
            page.connect()
        self.wait_for_state(order, "ready")
        for other in others:
            self.wait_for_state(other, "ready")
        page.connect()
        page.read_quiet(1.5)
        self.assertGreaterEqual(breaks, 15)
        self.assertGreater(page["orders"].counts.get("resumed", 0), 5)

        recorded = {
            (event["service"], event["position"]) for event in self.events("--order", order)
            if event["stream"].split("/")[0] in ("order", "account", "list", "task") and event["service"] != "gateway"
            and event["stream"].split("/")[1] == order}
        seen = [(event["service"], event["position"]) for event in page[f"order/{order}"].events]
        self.assertEqual(len(seen), len(set(seen)), "none twice")
        self.assertEqual(set(seen), recorded)
        self.assertGreater(len(seen), 15)
        causes = [event.get("cause") for event in page[f"order/{order}"].events]
        self.assertTrue(any(cause and cause.get("service") == "gateway" for cause in causes), "a robot's report is a cause")
        self.assertEqual(page[f"order/{order}"].things["order"]["state"], "ready")

        robot = {
            (event["service"], event["position"]) for event in self.events("--bot", bot)
            if event["stream"] == f"bot/{bot}"}
        seen = [(event["service"], event["position"]) for event in page[f"bot/{bot}"].events]
        self.assertEqual(len(seen), len(set(seen)), "none twice")
        missing = robot - set(seen)
        # The snapshot that it began with has the newest 200 only.
        self.assertTrue(all(position < min(p for s, p in seen if s == service) for service, position in missing), missing)
        known = {order["order_id"]: order for order in self.rest("/api/v1/orders?page_size=200")["orders"]}
        self.assertEqual(page["orders"].things["orders"], {key: known[key] for key in page["orders"].things["orders"]})
        self.assertLessEqual({order, *others}, set(page["orders"].things["orders"]))

    def test_a_restarted_gateway_sends_everything_anew(self):
        self.open()
        page = self.page(["fleet", "stores"])
        page.read_until("the stores", lambda: page["stores"].is_whole and page["fleet"].is_whole)
        before = page["stores"].things
        staff = self.addresses["staff"]
        self.server.kill()
        with self.assertRaises(Closed):
            page.read_quiet(30)
        bots, services, kiosk = (int(self.addresses[name].rsplit(":", 1)[1]) for name in ("bots", "services", "kiosk"))
        self.serve("--staff", staff, ports=(bots, services, kiosk))
        page.connect()
        page.read_until("the stores again", lambda: page["stores"].counts.get("snapshot", 0) > 1)
        page.read_quiet()
        self.assertEqual(page["stores"].counts.get("resumed", 0), 0)
        self.assertEqual(page["stores"].things, before)


class AccessTest(LiveTestCase):
    def refused(self, status, kind, headers, subprotocol=SUBPROTOCOL):
        with self.assertRaises(Refused) as refusal:
            WebSocket(self.addresses["staff"], PATH, headers, subprotocol)
        self.assertEqual(refusal.exception.status, status, refusal.exception)
        self.assertEqual(refusal.exception.problem["type"], f"urn:mallbots:problem:{kind}")

    def test_only_its_own_page_with_a_session_gets_in(self):
        self.open()
        own = f"http://{self.addresses['staff']}"
        self.refused(401, "unauthenticated", {"Origin": own})
        self.refused(401, "unauthenticated", {"Origin": own, "Cookie": "mallbots_staff=nonsense"})
        session = {"Cookie": self.manager.cookie}
        self.refused(403, "cross-site", {"Origin": "http://evil.example", **session})
        self.refused(403, "cross-site", {"Origin": own, "Sec-Fetch-Site": "cross-site", **session})
        self.refused(400, "websocket-subprotocol", {"Origin": own, **session}, subprotocol="chat")
        WebSocket(self.addresses["staff"], PATH, {"Origin": own, **session}, SUBPROTOCOL).abort()

    def test_a_session_that_ends_closes_the_socket(self):
        self.open()
        user = self.user("ben", "viewer")
        page = self.page(["fleet"], user)
        page.read_until("the fleet", lambda: page["fleet"].is_whole)
        self.assertEqual(user.call("DELETE", "/api/v1/session")[0], 204)
        with self.assertRaises(Closed) as closed:
            page.read_quiet(30)
        self.assertEqual(closed.exception.code, 4401)
        # And one whose user is disabled.
        page = self.page(["fleet"], Staff(self.addresses["staff"]).sign_in("ben", PASSWORD))
        page.read_until("the fleet", lambda: page["fleet"].is_whole)
        self.assertEqual(self.manager.call("PATCH", "/api/v1/users/ben", {"disabled": True})[0], 200)
        with self.assertRaises(Closed) as closed:
            page.read_quiet(30)
        self.assertEqual(closed.exception.code, 4401)

    def test_pickup_codes_come_and_go_with_the_role(self):
        self.open()
        order = self.place()["order_id"]
        page = self.page(["orders", f"order/{order}"], self.user("ben", "viewer"))

        def codes():
            listed = page["orders"].things.get("orders", {}).get(order)
            detail = page[f"order/{order}"].things.get("order")
            events = [event["data"] for event in page[f"order/{order}"].events if event["type"] == "OrderPlaced"]
            if not listed or not detail or not events:
                return None
            return {"pickup_code" in listed, "pickup_code" in detail, "pickupCode" in events[0]}

        page.read_until("the order without its code", lambda: codes() == {False})
        self.assertEqual(self.manager.call("PATCH", "/api/v1/users/ben", {"role": "clerk"})[0], 200)
        page.read_until("the order with its code", lambda: codes() == {True})
        # A lower role takes effect at once: the session ends, and a new one shows less.
        self.assertEqual(self.manager.call("PATCH", "/api/v1/users/ben", {"role": "viewer"})[0], 200)
        with self.assertRaises(Closed) as closed:
            page.read_quiet(30)
        self.assertEqual(closed.exception.code, 4401)
        page.cookie = Staff(self.addresses["staff"]).sign_in("ben", PASSWORD).cookie
        for topic in page.topics.values():
            topic.position = None
        page.connect()
        page.read_until("the order without its code again", lambda: codes() == {False})

    def test_mistakes_are_explained_and_change_nothing(self):
        self.open()
        page = self.page(["fleet"])
        page.read_until("the fleet", lambda: page["fleet"].is_whole)
        for text, kind in (
            ("nonsense", "malformed-json"), ('{"type":"hello"}', "invalid-fields"),
            ('{"type":"subscribe","id":9,"topic":"fleets"}', "unknown-topic"),
            ('{"type":"subscribe","id":0,"topic":"fleet"}', "id-in-use"),
            ('{"type":"subscribe","id":9,"topic":"order/o-nobody"}', "not-found"),
            ('{"type":"unsubscribe","id":9}', "not-found")):
            page.socket.send(text)
            while (message := page.socket.receive())["type"] != "error":
                pass
            self.assertEqual(message["problem"]["type"], f"urn:mallbots:problem:{kind}", text)
        page.socket.send("x" * 20_000)
        with self.assertRaises(Closed) as closed:
            page.read_quiet(30)
        self.assertEqual(closed.exception.code, 1009)

    def test_a_server_that_stops_says_so(self):
        self.open()
        page = self.page(["fleet"])
        page.read_until("the fleet", lambda: page["fleet"].is_whole)
        self.server.popen.terminate()
        with self.assertRaises(Closed) as closed:
            page.read_quiet(30)
        self.assertEqual(closed.exception.code, 1001)


class SubscribersTest(LiveTestCase):
    """A thousand pages, two hundred of which never read."""

    alone = True
    HEALTHY, SLOW, PROBES = 800, 200, 12
    TOPICS = ["orders", "fleet", "stores"]

    def probes(self, swarm, product):
        """Describes a product anew now and then, and says how long it took until each subscriber knew."""
        latencies = []
        for _ in range(self.PROBES):
            self.probe += 1
            marker = f'"description":"probe {self.probe}"'
            swarm.watch(marker)
            begin = time.monotonic()
            status, answer = self.manager.call("PATCH", f"/api/v1/products/{product}", {"description": f"probe {self.probe}"})
            self.assertEqual(status, 200, answer)
            seen = wait_until(
                "every healthy subscriber to know", lambda: len(seen := swarm.seen(marker)) == self.HEALTHY and seen, 60)
            latencies += [at - begin for at in seen.values()]
            self.place(items=1)
        return latencies

    def test_two_hundred_that_never_read_are_not_felt(self):
        self.open()
        self.bots(8)
        product = self.rest(f"/api/v1/stores/{self.rest('/api/v1/stores')['stores'][0]['store_id']}/products")
        product, self.probe = product["products"][0]["product_id"], 0
        swarm = Swarm(self.addresses["staff"], self.manager.cookie, self.HEALTHY, self.TOPICS)
        self.addCleanup(swarm.close)
        self.assertTrue(swarm.wait(lambda folds: all(fold.is_whole for fold in folds), 60))
        without = summary(self.probes(swarm, product))
        memory = self.memory()
        slow = []
        for _ in range(self.SLOW):
            slow.append(open_socket(
                self.addresses["staff"], self.manager.cookie, self.TOPICS, hz=10, receive_buffer=4_096))
            self.addCleanup(slow[-1].abort)
        wait_until("the slow ones to be stuck", lambda: self.stuck() >= self.SLOW, 60)
        # Others may be busy on this machine: what is felt would be felt each time.
        for _ in range(3):
            beside = summary(self.probes(swarm, product))
            print(f"until {self.HEALTHY} pages knew: without slow ones {without}, beside {self.SLOW} {beside}")
            if beside["p50"] < 2 * without["p50"] + 100 and beside["p99"] < 2 * without["p99"] + 300:
                break
        else:
            self.fail(f"the others felt it: without slow ones {without}, beside {self.SLOW} {beside}")
        self.assertEqual(swarm.lost, [])
        self.assertLess(self.memory() - memory, self.SLOW * 400, "KiB: nothing is queued for those who do not read")

        # Nothing was lost: when all is quiet everyone has the same, and what REST says.
        wait_until("the robots to be done", lambda: not self.rest("/api/v1/tasks?state=queued,assigned,accepted,shopping,returning")["tasks"], 120)
        orders = {order["order_id"]: order for order in self.rest("/api/v1/orders?page_size=200")["orders"]}

        def knows(folds):
            known = folds[0].things.get("orders", {})
            return all(known[key] == orders[key] for key in known) and len(known) >= 2 * self.PROBES

        self.assertTrue(swarm.wait(knows, 60), "all know every order")
        newest = f"probe {self.probe}"
        self.assertTrue(swarm.wait(lambda folds: folds[2].things["products"][product]["description"] == newest, 60))
        self.assertEqual(len({json.dumps(folds[1].things, sort_keys=True) for folds in swarm.folds}), 1)
        self.assertEqual(len({json.dumps(folds[2].things, sort_keys=True) for folds in swarm.folds}), 1)

        # A slow one that reads at last has the same, if need be after it was cut and came again.
        late = LivePage(self.addresses["staff"], self.manager.cookie, self.TOPICS)
        late.socket = slow[0]
        for _ in range(2):
            try:
                late.read_until(
                    "the newest", lambda: late["orders"].is_whole and knows([late["orders"]])
                    and late["fleet"].things == swarm.folds[0][1].things, 60)
                break
            except Closed:
                late.connect()
        self.assertEqual(late["stores"].things, swarm.folds[0][2].things)

    def memory(self):
        """KiB."""
        with open(f"/proc/{self.server.popen.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def stuck(self):
        """Connections of the staff's port that have something to send which their peers do not take."""
        port = int(self.addresses["staff"].rsplit(":", 1)[1])
        with open("/proc/net/tcp") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        return sum(1 for row in rows if int(row[1].split(":")[1], 16) == port and int(row[4].split(":")[0], 16) > 0)


if __name__ == "__main__":
    unittest.main()
