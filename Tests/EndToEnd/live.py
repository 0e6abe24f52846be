"""A staff page's data as docs/staff-live.md tells a client to keep it, over a WebSocket that may break at any moment."""
import http.cookies
import json
import urllib.error
import urllib.request

from live_socket import WebSocket

PATH, SUBPROTOCOL = "/api/v1/live", "mallbots.staff.v1"
IDS = {
    "orders": "order_id", "bots": "bot_id", "tasks": "task_id", "lists": "list_id", "stores": "store_id",
    "products": "product_id", "alerts": "alert_id"}
REMOVED = {
    "orders": {"removed": "orders"}, "lists": {"removed": "lists"}, "alerts": {"removed": "alerts"},
    "fleet": {"removed_bots": "bots", "removed_tasks": "tasks"},
    "stores": {"removed_stores": "stores", "removed_products": "products"}}
LAST = {"tasks": ("delivered", "canceled"), "lists": ("canceled",)}


class Topic:
    """One topic, folded from what came."""

    def __init__(self, name):
        self.name = name
        self.things = {}
        self.position = None
        self.is_whole = False
        self.counts = {}
        self.events = []
        self.problem = None
        self.telemetry = {}

    def take(self, message):
        kind = message["type"]
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind == "error":
            self.problem = message["problem"]
            return
        if kind == "telemetry":
            for robot in message["bots"]:
                self.telemetry[robot["bot_id"]] = robot
            return
        self.position = message["position"]
        if kind == "resumed":
            self.is_whole = True
            return
        if kind == "snapshot":
            if message["part"] == 1:
                self.things, self.events = {}, []
            self.is_whole = message["last"]
        data = message["data"]
        self.events += data.get("events", [])
        for section, identifier in IDS.items():
            for thing in data.get(section, []):
                things = self.things.setdefault(section, {})
                if thing.get("state") in LAST.get(section, ()):
                    things.pop(thing[identifier], None)
                else:
                    things[thing[identifier]] = thing
        for field, section in REMOVED.get(self.name, {}).items():
            for identifier in data.get(field, []):
                self.things.get(section, {}).pop(identifier, None)
        for section in ("order", "invoice", "bot", "task"):
            if section in data:
                self.things[section] = data[section]


class LivePage:
    """Topics over a socket; `connect` again after a break goes on where each was."""

    def __init__(self, address, cookie, topics, hz=0, **options):
        self.address, self.cookie, self.hz, self.options = address, cookie, hz, options
        self.topics = {name: Topic(name) for name in topics}
        self.socket = None

    def connect(self):
        self.abort()
        self.socket = WebSocket(
            self.address, PATH, {"Cookie": self.cookie, "Origin": f"http://{self.address}"}, SUBPROTOCOL, **self.options)
        for number, topic in enumerate(self.topics.values()):
            self.socket.send(
                {"type": "subscribe", "id": number, "topic": topic.name, "hz": self.hz,
                 **({"from": topic.position} if topic.position else {})})
        return self

    def read(self, seconds=30):
        """One message, given to its topic and returned."""
        message = self.socket.receive(seconds)
        if "id" in message:
            list(self.topics.values())[message["id"]].take(message)
        return message

    def read_quiet(self, quiet=0.5):
        """Everything until nothing comes for a moment."""
        while True:
            try:
                self.read(quiet)
            except TimeoutError:
                return

    def read_until(self, what, check, seconds=60):
        import time
        deadline = time.monotonic() + seconds
        while not check():
            try:
                self.read(max(0.05, min(1, deadline - time.monotonic())))
            except TimeoutError:
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"after {seconds} s still waiting for {what}")

    def __getitem__(self, name):
        return self.topics[name]

    def abort(self):
        if self.socket:
            self.socket.abort()


class Staff:
    """Calls the staff gateway as one user."""

    def __init__(self, address):
        self.address, self.cookie = address, None

    def call(self, method, path, body=None, headers=None):
        """The status, and the answer as JSON."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", "Origin": f"http://{self.address}", **(headers or {})}
        if self.cookie:
            headers["Cookie"] = self.cookie
        request = urllib.request.Request(f"http://{self.address}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return self._taken(answer)
        except urllib.error.HTTPError as error:
            with error:
                return self._taken(error)

    def _taken(self, answer):
        for value in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(value).items():
                self.cookie = f"{name}={morsel.value}" if morsel.value else None
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def sign_in(self, name, password):
        status, answer = self.call("POST", "/api/v1/session", {"name": name, "password": password})
        assert status == 200, (status, answer)
        return self
