"""Many staff pages at once, read by one thread; and pages that never read."""
import json
import selectors
import statistics
import threading
import time

from live import PATH, SUBPROTOCOL, Topic
from live_socket import TEXT, PING, CLOSE, PONG, WebSocket, frame


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] if values else None


class Swarm:
    """Subscribers that fold all that they get. All have the same topics, so what they get is taken apart once."""

    def __init__(self, address, cookie, count, topics, hz=0):
        self.topics, self.arrivals = topics, {}
        self.parsed, self.bytes, self.messages, self.lost = {}, 0, 0, []
        self.selector = selectors.DefaultSelector()
        self.folds = []
        for number in range(count):
            socket = open_socket(address, cookie, topics, hz)
            folds = [Topic(name) for name in topics]
            for message in socket.waiting:
                folds[message["id"]].take(message)
            socket.socket.setblocking(False)
            self.selector.register(socket.socket, selectors.EVENT_READ, (number, socket, folds))
            self.folds.append(folds)
        self.lock, self.stopping = threading.Lock(), False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self):
        self.stopping = True
        self.thread.join(10)
        for key in list(self.selector.get_map().values()):
            key.data[1].abort()
        self.selector.close()

    def watch(self, marker):
        """From now on, when each of them first gets a message with this text."""
        with self.lock:
            self.arrivals[marker.encode()] = {}

    def seen(self, marker):
        """Seconds of the monotonic clock, by subscriber."""
        with self.lock:
            return dict(self.arrivals[marker.encode()])

    def wait(self, check, seconds):
        """Whether `check` holds of every subscriber's topics before the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self.lock:
                if all(check(folds) for folds in self.folds):
                    return True
            time.sleep(0.1)
        return False

    def _run(self):
        while not self.stopping:
            for key, _ in self.selector.select(0.2):
                number, socket, folds = key.data
                try:
                    data = socket.socket.recv(262_144)
                except BlockingIOError:
                    continue
                except OSError as error:
                    data = b""
                now = time.monotonic()
                if not data:
                    self._lose(key, number, "the connection ended")
                    continue
                self.bytes += len(data)
                with self.lock:
                    self._take(key, number, socket, folds, data, now)

    def _take(self, key, number, socket, folds, data, now):
        for opcode, payload in socket.frames.feed(data):
            if opcode == PING:
                socket.socket.sendall(frame(PONG, payload))
            elif opcode == CLOSE:
                self._lose(key, number, f"closed: {payload!r}")
            elif opcode == TEXT:
                self.messages += 1
                for marker, seen in self.arrivals.items():
                    if number not in seen and marker in payload:
                        seen[number] = now
                message = self.parsed.get(payload)
                if message is None:
                    if len(self.parsed) > 200:
                        self.parsed.clear()
                    message = self.parsed[payload] = json.loads(payload)
                if "id" in message:
                    folds[message["id"]].take(message)

    def _lose(self, key, number, why):
        self.lost.append((number, why))
        self.selector.unregister(key.fileobj)
        key.data[1].abort()


def open_socket(address, cookie, topics, hz=0, **options):
    socket = WebSocket(address, PATH, {"Cookie": cookie, "Origin": f"http://{address}"}, SUBPROTOCOL, **options)
    for number, name in enumerate(topics):
        socket.send({"type": "subscribe", "id": number, "topic": name, "hz": hz})
    return socket


def summary(latencies):
    """Milliseconds."""
    return {
        "count": len(latencies), "p50": round(statistics.median(latencies) * 1_000, 1),
        "p99": round(percentile(latencies, 0.99) * 1_000, 1)}
