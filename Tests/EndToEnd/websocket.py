"""A WebSocket client of few lines, which can also do what no proper client would."""
import base64
import hashlib
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The server answered with something else than 101."""

    def __init__(self, status, head, body):
        super().__init__(f"{status}: {body[:300]!r}")
        self.status, self.head, self.body = status, head, body


def request(path="/", headers=None, key=None, host="mall"):
    """A request for a WebSocket; a header that is None is left out."""
    fields = {
        "Host": host, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key or base64.b64encode(os.urandom(16)).decode(), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


def frame(opcode, payload=b"", last=True, masked=True):
    head = bytes([(0x80 if last else 0) | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


class WebSocket:
    """One connection; every wait has an end."""

    def __init__(self, port, path="/", headers=None, seconds=30, context=None, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=seconds)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname=host)
        self.input = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(request(path, headers, key, host))
        head = self.until(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            body = self.rest()
            self.close()
            raise Refused(status, head.decode(), body)
        expected = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest())
        assert b"sec-websocket-accept: " + expected.lower() in head.lower(), head

    def until(self, mark):
        while mark not in self.input:
            self.more()
        taken, self.input = self.input.split(mark, 1)
        return taken + mark

    def more(self):
        part = self.socket.recv(65536)
        if not part:
            raise EOFError("the server has closed the connection")
        self.input += part

    def rest(self):
        try:
            while True:
                self.more()
        except (EOFError, OSError):
            return self.input

    def take(self, count):
        while len(self.input) < count:
            self.more()
        taken, self.input = self.input[:count], self.input[count:]
        return taken

    def read(self):
        """The next frame: its opcode and what it carries."""
        first, count = self.take(2)
        if count == 126:
            count, = struct.unpack(">H", self.take(2))
        elif count == 127:
            count, = struct.unpack(">Q", self.take(8))
        return first & 0x0F, self.take(count)

    def send(self, *arguments, **options):
        self.socket.sendall(frame(*arguments, **options))

    def echo(self, text):
        """Sends a text and wants it back."""
        self.send(TEXT, text.encode())
        answer = self.read()
        assert answer == (TEXT, text.encode()), answer

    def closed(self):
        """The code that the server closes with, dropping what comes before."""
        while True:
            opcode, payload = self.read()
            if opcode == CLOSE:
                return struct.unpack(">H", payload[:2])[0] if payload else None

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
