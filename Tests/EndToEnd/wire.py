"""Wire frames by hand, as bytes: for peers that keep to no rules, which a real client could not be."""
import socket
import ssl

# Kinds of frames, by their field's number in mallbots.wire.v1.Frame.
MESSAGE, HELLO, OPEN, HEADERS, STATUS, RESET, CREDIT, PING, GO_AWAY = range(2, 11)
GET_MAP = "/mallbots.bots.v1.BotService/GetMap"
CONNECT = "/mallbots.bots.v1.BotService/Connect"


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def data(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def prefixed(body):
    return len(body).to_bytes(4, "big") + body


def frame(stream, kind=None, body=b"", end=False):
    out = number(1, stream) if stream else b""
    if kind is not None:
        out += data(kind, body)
    return prefixed(out + (number(15, 1) if end else b""))


def hello():
    return frame(0, HELLO, number(1, 1) + number(2, 1) + data(7, b"hostile"))


def open_call(stream, method=GET_MAP, end=False):
    return frame(stream, OPEN, data(1, method.encode()), end)


def unary(stream, method=GET_MAP, request=b""):
    return open_call(stream, method) + frame(stream, MESSAGE, request, end=True)


def fields(body):
    """(field, value) of each; a value is an int or bytes."""
    at = 0

    def read():
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(body):
        tag = read()
        value = read()
        if tag & 7 == 2:
            value, at = body[at:at + value], at + value
        yield tag >> 3, value


def parse(buffer):
    """Takes the whole frames out of a bytearray: (stream, kind, body)."""
    while len(buffer) >= 4:
        length = int.from_bytes(buffer[:4], "big")
        if len(buffer) < 4 + length:
            return
        stream, kind, body = 0, None, b""
        for field, value in fields(bytes(buffer[4:4 + length])):
            if field == 1:
                stream = value
            elif 2 <= field <= 10:
                kind, body = field, value
        del buffer[:4 + length]
        yield stream, kind, body


def code(body):
    """The code of a Status or Reset."""
    return next((value for field, value in fields(body) if field == 1), 0)


def context(tls, certificate=None):
    """A client's TLS. `tls`: the mall's folder of keys. `certificate`: a pair of paths, or none."""
    made = ssl.create_default_context(cafile=tls / "ca.pem")
    made.check_hostname = False
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.set_alpn_protocols(["mallbots/1"])
    if certificate:
        made.load_cert_chain(*certificate)
    return made


class Peer:
    """A connection that sends what it is told and reads when it is told."""

    def __init__(self, address, tls, receive_buffer=None, greet=True):
        raw = socket.socket()
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(20)
        raw.connect(address)
        try:
            self.socket = tls.wrap_socket(raw)
        except Exception:
            raw.close()
            raise
        self.buffer = bytearray()
        if greet:
            self.send(hello())

    def send(self, data):
        """False when the server has ended the connection, or takes no more."""
        try:
            self.socket.sendall(data)
            return True
        except (OSError, ssl.SSLError):
            return False

    def frames(self, until=None, seconds=20):
        """What the server sends, until it closes or `until` says so."""
        self.socket.settimeout(seconds)
        got = []
        while True:
            for each in parse(self.buffer):
                got.append(each)
                if until and until(*each):
                    return got
            try:
                data = self.socket.recv(65_536)
            except (TimeoutError, socket.timeout):
                raise AssertionError(f"the server neither answers nor closes; so far {got}")
            except (OSError, ssl.SSLError):
                data = b""
            if not data:
                return got
            self.buffer += data

    def good_bye(self, seconds=20):
        """Reads until the server closes: the code and text of its GoAway, or nothing."""
        for _, kind, body in self.frames(seconds=seconds):
            if kind == GO_AWAY:
                found = dict(fields(body))
                return found.get(2, 0), found.get(3, b"").decode()
        return None

    def call(self, stream, request=b"", method=GET_MAP):
        """The code that a unary call ends with."""
        self.send(unary(stream, method, request))
        got = self.frames(until=lambda id, kind, _: id == stream and kind in (STATUS, RESET))
        return code(got[-1][2]) if got and got[-1][1] in (STATUS, RESET) else None

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass
