"""A client of the staff's socket: whole JSON messages, over the frames of websocket.py."""
import base64
import hashlib
import json
import os
import socket
import struct

from websocket import CLOSE, GUID, PING, PONG, TEXT, frame


class Refused(Exception):
    """The server did not agree to a WebSocket."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:300]!r}")
        self.status, self.body = status, body

    @property
    def problem(self):
        return json.loads(self.body)


class Closed(Exception):
    """The server closed the socket; with which code, or None when it broke."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


class Frames:
    """Takes a server's bytes apart into messages, as they come."""

    def __init__(self):
        self.buffer = bytearray()
        self.message = bytearray()

    def feed(self, data):
        """The messages that are whole by now: (opcode, payload)."""
        self.buffer += data
        found = []
        while len(self.buffer) >= 2:
            size, start = self.buffer[1] & 0x7F, 2
            if self.buffer[1] & 0x80:
                raise Closed(None, "the server masked a frame")
            if size >= 126:
                width = 2 if size == 126 else 8
                if len(self.buffer) < 2 + width:
                    break
                size, start = int.from_bytes(self.buffer[2:2 + width], "big"), 2 + width
            if len(self.buffer) < start + size:
                break
            first, payload = self.buffer[0], bytes(self.buffer[start:start + size])
            del self.buffer[:start + size]
            opcode = first & 0x0F
            if opcode >= 8:
                found.append((opcode, payload))
                continue
            self.message += payload
            if first & 0x80:
                found.append((TEXT, bytes(self.message)))
                self.message.clear()
        return found


def upgrade(address, path, headers=None, subprotocol=None):
    """The bytes of a request for a WebSocket, and the answer's key to it."""
    key = base64.b64encode(os.urandom(16))
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {address}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key.decode()}"]
    if subprotocol:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines + ["", ""]).encode(), base64.b64encode(hashlib.sha1(key + GUID.encode()).digest())


class WebSocket:
    """One socket, for one thread. `receive` gives JSON objects."""

    def __init__(self, address, path, headers=None, subprotocol=None, seconds=30, receive_buffer=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(seconds)
        self.socket.connect((host, int(port)))
        request, accept = upgrade(address, path, headers, subprotocol)
        self.socket.sendall(request)
        head = bytearray()
        while b"\r\n\r\n" not in head:
            data = self.socket.recv(65536)
            if not data:
                raise Refused(0, bytes(head))
            head += data
        head, _, rest = bytes(head).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
        status = int(lines[0].split()[1])
        if status != 101:
            while len(rest) < int(fields.get("content-length", 0)):
                rest += self.socket.recv(65536)
            self.socket.close()
            raise Refused(status, rest)
        assert fields["sec-websocket-accept"].encode() == accept, "the server's answer is not to this request"
        assert fields.get("sec-websocket-protocol") == subprotocol, fields
        self.frames = Frames()
        self.waiting = []
        self._take(rest)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.abort()

    def send(self, message):
        self.socket.sendall(frame(TEXT, message.encode() if isinstance(message, str) else json.dumps(message).encode()))

    def receive(self, seconds=30):
        """The next message; TimeoutError when none comes, Closed when the socket ends."""
        self.socket.settimeout(seconds)
        while not self.waiting:
            try:
                data = self.socket.recv(262144)
            except ConnectionError as error:
                raise Closed(None, str(error)) from error
            if not data:
                raise Closed(None, "the connection ended")
            self._take(data)
        first = self.waiting.pop(0)
        if isinstance(first, Closed):
            raise first
        return first

    def drain(self, quiet=0.3):
        """Everything until nothing comes for a moment."""
        messages = []
        while True:
            try:
                messages.append(self.receive(quiet))
            except TimeoutError:
                return messages

    def close(self, code=1000):
        """Says that it ends, and reads until the server says so too."""
        self.socket.sendall(frame(CLOSE, struct.pack(">H", code)))
        try:
            while True:
                self.receive()
        except Closed as closed:
            self.socket.close()
            return closed.code

    def abort(self):
        """Ends without a word, as a network does."""
        self.socket.close()

    def _take(self, data):
        for opcode, payload in self.frames.feed(data):
            if opcode == PING:
                self.socket.sendall(frame(PONG, payload))
            elif opcode == CLOSE:
                code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else None
                self.waiting.append(Closed(code, payload[2:].decode()))
            elif opcode == TEXT:
                self.waiting.append(json.loads(payload))
