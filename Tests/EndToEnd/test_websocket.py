"""WebSockets from outside: what proper clients get, and what others cannot do to them."""
import contextlib
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from mall import EXECUTABLE, wait_until
from websocket import BINARY, CLOSE, PING, TEXT, Refused, WebSocket, frame, request

ECHO = pathlib.Path(EXECUTABLE).with_name("WebSocketEcho")


class Echo:
    """A server of echoes in a process of its own."""

    def __init__(self, *settings):
        self.process = subprocess.Popen(
            [ECHO, *settings], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    @property
    def memory(self):
        """Resident, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            self.process.stdout.close()


class WebSocketTestCase(unittest.TestCase):
    def echo(self, *settings):
        echo = Echo(*settings)
        self.addCleanup(echo.stop)
        return echo

    def open(self, echo, path="/", **options):
        opened = WebSocket(echo.port, path, **options)
        self.addCleanup(opened.close)
        return opened


class Conversations(WebSocketTestCase):
    def test_messages_of_all_sizes_come_back(self):
        echo = self.echo()
        client = self.open(echo)
        for size in (0, 1, 125, 126, 65535, 65536, 1_000_000):
            payload = os.urandom(size)
            client.send(BINARY, payload)
            self.assertEqual(client.read(), (BINARY, payload))
        client.echo("Größe – 大きさ – 🛒")

    def test_fragments_with_a_ping_in_between(self):
        client = self.open(self.echo())
        client.send(TEXT, b"one ", last=False)
        client.send(PING, b"still there?")
        client.send(0, b"two", last=True)
        self.assertEqual(client.read(), (0xA, b"still there?"))
        self.assertEqual(client.read(), (TEXT, b"one two"))

    def test_a_server_that_stops_says_so_and_waits_for_no_one(self):
        echo = self.echo()
        polite, rude = self.open(echo), self.open(echo)
        polite.echo("hello")
        started = time.monotonic()
        echo.process.send_signal(signal.SIGTERM)
        self.assertEqual(polite.closed(), 1001)
        polite.send(CLOSE, struct.pack(">H", 1001))
        self.assertEqual(rude.closed(), 1001)
        self.assertEqual(echo.process.wait(20), 0)
        self.assertLess(time.monotonic() - started, 10)

    def test_refusals_are_problem_documents(self):
        echo = self.echo("protocol=chat.v1")
        for headers, status, kind in (
                ({}, 400, "websocket-subprotocol"), ({"Sec-WebSocket-Protocol": "chat"}, 400, "websocket-subprotocol"),
                ({"Sec-WebSocket-Version": "8"}, 426, "websocket-version"), ({"Sec-WebSocket-Key": "short"}, 400, "websocket-key")):
            with self.assertRaises(Refused) as caught:
                self.open(echo, headers=headers)
            self.assertEqual(caught.exception.status, status)
            problem = json.loads(caught.exception.body)
            self.assertEqual(problem["type"], f"urn:mallbots:problem:{kind}")
        accepted = self.open(echo, headers={"Sec-WebSocket-Protocol": "chat.v2, chat.v1"})
        accepted.echo("hello")


class Hostile(WebSocketTestCase):
    """Whatever others do, a healthy client's messages come back soon."""

    alone = True


    @contextlib.contextmanager
    def healthy(self, echo, seconds=2.0):
        """A client that talks all the while; no answer may take longer than `seconds`."""
        client = self.open(echo)
        slowest, stop = [0.0], threading.Event()
        failures = []

        def talk():
            count = 0
            while not stop.is_set():
                began = time.monotonic()
                try:
                    client.echo(f"message {count}")
                except Exception as error:  # Told below, in the test's own thread.
                    failures.append(error)
                    return
                slowest[0] = max(slowest[0], time.monotonic() - began)
                count += 1
                time.sleep(0.01)

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)
        self.assertEqual(failures, [])
        self.assertLess(slowest[0], seconds)

    def test_slow_requests_and_half_frames(self):
        echo = self.echo("idle=3")
        with self.healthy(echo):
            slow = [socket.create_connection(("127.0.0.1", echo.port), timeout=20) for _ in range(100)]
            halves = [self.open(echo) for _ in range(100)]
            for half in halves:
                half.socket.sendall(frame(TEXT, b"never whole")[:5])
            wanted = request()
            for index in range(40):
                for each in slow[:50]:
                    with contextlib.suppress(OSError):
                        each.sendall(wanted[index:index + 1])
                time.sleep(0.02)
            # Those who never say what they want are sent away.
            for each in slow:
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(each.recv(1000), b"")
                each.close()

    def test_a_flood_of_pings(self):
        echo = self.echo("frames=1000")
        with self.healthy(echo):
            flooding = self.open(echo)
            with contextlib.suppress(OSError):
                for _ in range(100):
                    flooding.socket.sendall(frame(PING, b"x") * 1000)
            with contextlib.suppress(ConnectionError, EOFError):
                self.assertEqual(flooding.closed(), 1008)

    def test_a_flood_of_pings_whose_answers_nobody_reads(self):
        echo = self.echo("stall=2")
        with self.healthy(echo):
            before = echo.memory
            flooding = self.open(echo, seconds=2)
            pings = frame(PING, b"x" * 125) * 1000
            with contextlib.suppress(OSError):
                for _ in range(500):
                    flooding.socket.sendall(pings)
            self.assertLess(echo.memory - before, 50_000_000)

    def test_lengths_that_nobody_can_mean(self):
        echo = self.echo("max=65536")
        with self.healthy(echo):
            before = echo.memory
            for length in (65537, 2**31, 2**32, 2**62):
                for _ in range(20):
                    client = self.open(echo)
                    client.socket.sendall(b"\x82\xff" + struct.pack(">Q", length) + b"mask" + b"x" * 1000)
                    self.assertEqual(client.closed(), 1009)
            # A message of many small parts is refused when it becomes too long.
            client = self.open(echo)
            with contextlib.suppress(OSError):
                client.send(TEXT, b"a" * 1000, last=False)
                for _ in range(70):
                    client.send(0, b"a" * 1000, last=False)
            self.assertEqual(client.closed(), 1009)
            self.assertLess(echo.memory - before, 50_000_000)

    def test_two_hundred_that_read_nothing_are_cut_and_nobody_feels_it(self):
        echo = self.echo("stall=3")
        with self.healthy(echo, seconds=5):
            before = echo.memory
            deaf = []
            for _ in range(200):
                client = socket.socket()
                self.addCleanup(client.close)
                # Little room, so that something waits soon.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", echo.port))
                client.sendall(request("/silent"))
                deaf.append(client)
            for client in deaf:
                client.settimeout(20)
                self.assertTrue(client.recv(30).startswith(b"HTTP/1.1 101"))
            self.assertLess(echo.memory - before, 100_000_000)

            def connections():
                return len(list(pathlib.Path(f"/proc/{echo.process.pid}/fd").iterdir()))

            wait_until("the deaf to be cut", lambda: connections() < 60, 30)

    def test_sockets_that_end_without_a_word(self):
        echo = self.echo()
        with self.healthy(echo):
            for _ in range(200):
                client = WebSocket(echo.port)
                # A reset instead of an end.
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()

    def test_what_an_idle_socket_holds(self):
        echo = self.echo()
        for _ in range(50):
            self.open(echo).echo("warm")
        before = echo.memory
        sockets = [self.open(echo) for _ in range(1000)]
        for each in sockets:
            each.echo("hello")
        self.assertLess((echo.memory - before) / len(sockets), 40 * 1024)


if __name__ == "__main__":
    unittest.main()
