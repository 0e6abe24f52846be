"""tshark decodes a captured session with clients/wireshark/mallbots.lua and the secrets that either side wrote.

The capture is made by a proxy that writes the packets itself (pcap.py), so that it needs no rights.
"""
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import unittest

from certificates import issue
from mall import MallTestCase
from pcap import Recorder

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534
GET_MAP, CONNECT = "/mallbots.bots.v1.BotService/GetMap", "/mallbots.bots.v1.BotService/Connect"


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def number(field, value):
    return varint(field << 3) + varint(value)


def data(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def frame(*parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body)) + body


HELLO = frame(data(3, number(1, 1) + number(2, 1) + data(7, b"test/1")))


def call(stream, method, request=b"", metadata=b""):
    return frame(number(1, stream), data(4, data(1, method.encode()) + number(2, 5000) + metadata)) + frame(
        number(1, stream), data(2, request), number(15, 1))


class Peer:
    """A TLS socket that reads whole frames."""

    def __init__(self, port, context):
        self.tls = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="127.0.0.1")
        self.tls.settimeout(20)
        self.file = self.tls.makefile("rb")

    def frame(self):
        header = self.file.read(4)
        return self.file.read(struct.unpack(">I", header)[0]) if len(header) == 4 else None

    def until(self, stream, kind):
        """The first frame of a kind on a stream; the stream id is written first, as canonical encoders do."""
        start = (number(1, stream) if stream else b"") + varint(kind << 3 | 2)
        while (found := self.frame()) is not None:
            if found.startswith(start):
                return found
        raise AssertionError(f"the server closed before a frame of kind {kind} on stream {stream}")


class Wireshark(MallTestCase):
    def setUp(self):
        self.assertTrue(shutil.which("tshark"), "tshark is missing; scripts/setup --check installs it")
        super().setUp()
        self.folder.chmod(0o755)
        self.capture, self.server_keys, self.client_keys = (
            self.folder / name for name in ("session.pcap", "server.keys", "client.keys"))
        self.serve("--key-log", self.server_keys)
        certificate = issue(self.data, "b-1", self.folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.set_alpn_protocols(["mallbots/1"])
        self.context.load_verify_locations(self.data / "tls" / "ca.pem")
        self.context.load_cert_chain(certificate.cert, certificate.key)
        self.context.keylog_filename = str(self.client_keys)
        host, port = self.addresses["bots"].rsplit(":", 1)
        self.recorder = Recorder(self.capture, (host, int(port)))

    def tshark(self, keys, *arguments, schemas=True):
        """Runs tshark as somebody who may run Lua: Wireshark does not let root."""
        shared = self.folder / "shark"
        shared.mkdir(exist_ok=True)
        for name, source in (("keys", keys), ("session.pcap", self.capture), ("mallbots.lua", ROOT / "clients/wireshark/mallbots.lua")):
            shutil.copyfile(source, shared / name)
            (shared / name).chmod(0o644)
        shutil.copytree(ROOT / "protos", shared / "protos", dirs_exist_ok=True)
        home = shared / "home"
        home.mkdir(exist_ok=True)
        home.chmod(0o777)
        as_nobody = dict(user=NOBODY, group=NOBODY, extra_groups=[]) if os.getuid() == 0 else {}
        paths = ["-o", f'uat:protobuf_search_paths:"{shared / "protos"}","TRUE"'] if schemas else []
        done = subprocess.run(
            ["tshark", "-r", shared / "session.pcap", "-o", f"tls.keylog_file:{shared / 'keys'}", "-X",
             f"lua_script:{shared / 'mallbots.lua'}", *paths, *arguments],
            capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}, **as_nobody)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Lua", done.stderr)
        return done.stdout

    def fields(self, keys, *names, only="mallbots", **options):
        """A row for each packet; a list of values for each field."""
        arguments = [part for name in names for part in ("-e", name)]
        text = self.tshark(keys, "-Y", only, "-T", "fields", "-E", "aggregator=;", *arguments, **options)
        return [[cell.split(";") if cell else [] for cell in line.split("\t")] for line in text.splitlines()]

    def record_session(self):
        peer = Peer(self.recorder.port, self.context)
        peer.tls.sendall(HELLO)
        peer.until(0, 3)
        peer.tls.sendall(frame(data(9, number(1, 2**63 + 5))))
        peer.until(0, 9)
        metadata = data(3, data(1, b"x-trace") + data(2, b"seven")) + data(3, data(1, b"x-raw-bin") + data(3, b"\0\xff"))
        # Three frames in one record, and a frame in three records.
        request = call(1, GET_MAP, metadata=metadata)
        peer.tls.sendall(request)
        peer.until(1, 6)
        hello = data(4, data(1, b"b-1") + number(3, 1) + data(6, b"journal-0123456789"))
        pieces = call(2, "/mallbots.bots.v1.BotService/Nope")
        for piece in (pieces[:3], pieces[3:30], pieces[30:]):
            peer.tls.sendall(piece)
        peer.until(2, 6)
        peer.tls.sendall(frame(number(1, 3), data(4, data(1, CONNECT.encode()))))
        peer.tls.sendall(frame(number(1, 3), data(2, hello)))
        peer.until(3, 2)
        peer.tls.sendall(frame(number(1, 3), data(7, number(1, 1) + data(2, b"enough"))))
        peer.tls.sendall(frame(number(1, 0), data(3, number(1, 1) + number(2, 1))))  # a second Hello
        peer.until(0, 10)
        peer.file.close()
        peer.tls.close()
        self.recorder.close()

    def test_a_session_is_decoded_with_the_secrets_of_either_side(self):
        self.record_session()
        everything = ["frame.number", "mallbots.kind", "mallbots.stream", "mallbots.method", "mallbots.code", "mallbots.end"]
        rows = self.fields(self.client_keys, *everything)
        self.assertEqual(rows, self.fields(self.server_keys, *everything), "the server's key log decodes something else")
        kinds = [kind for row in rows for kind in row[1]]
        streams = [stream for row in rows for stream in row[2]]
        self.assertEqual(
            list(zip(kinds, streams)),
            [("hello", "0"), ("hello", "0"), ("ping", "0"), ("ping", "0"),
             ("open", "1"), ("message", "1"), ("message", "1"), ("status", "1"),
             ("open", "2"), ("message", "2"), ("status", "2"),
             ("open", "3"), ("message", "3"), ("message", "3"), ("reset", "3"), ("hello", "0"), ("go_away", "0")], rows)

        (refused,) = self.fields(self.client_keys, "mallbots.method", "mallbots.code", "mallbots.text", only="mallbots.kind == status && mallbots.stream == 2")
        self.assertEqual(refused[:2], [["/mallbots.bots.v1.BotService/Nope"], ["12"]])
        self.assertIn("Nope", refused[2][0])
        (answered,) = self.fields(self.client_keys, "mallbots.method", "mallbots.code", only="mallbots.kind == status && mallbots.stream == 1")
        self.assertEqual(set(answered[0]), {GET_MAP})
        self.assertEqual(answered[1], ["0"])
        ((methods, _, keys, values, binary),) = self.fields(
            self.client_keys, "mallbots.method", "mallbots.timeout_ms", "mallbots.metadata.key", "mallbots.metadata.value",
            "mallbots.metadata.binary_value", only="mallbots.kind == open && mallbots.stream == 1")
        self.assertIn(GET_MAP, methods)
        self.assertEqual((keys, values, binary), (["x-trace", "x-raw-bin"], ["seven"], ["00ff"]))
        pings = self.fields(self.client_keys, "mallbots.ping.opaque", "mallbots.ping.ack", only="mallbots.ping.opaque")
        self.assertEqual([row[0] for row in pings], [["0x8000000000000005"]] * 2)
        self.assertEqual([len(row[1]) for row in pings], [0, 1])
        (reset,) = self.fields(self.client_keys, "mallbots.code", "mallbots.text", only="mallbots.kind == reset")
        self.assertEqual((reset[0][0], reset[1][0]), ("1", "enough"))
        (farewell,) = self.fields(self.client_keys, "mallbots.code", "mallbots.goaway.last_stream", only="mallbots.kind == go_away")
        self.assertEqual(farewell, [["13"], ["3"]])

    def test_messages_are_shown_by_their_types(self):
        self.record_session()
        details = self.tshark(self.server_keys, "-Y", "mallbots.stream == 3 || mallbots.stream == 1", "-O", "mallbots,protobuf")
        for expected in (
            "Message: mallbots.bots.v1.FromBot", "bot_id = b-1", "Message: mallbots.bots.v1.ToBot", "Message: mallbots.bots.v1.Welcome",
            "Message: mallbots.bots.v1.GetMapResponse", "Message: mallbots.depot.v1.Floor", "Code: CANCELLED (1)"):
            self.assertIn(expected, details)
        summary = self.tshark(self.server_keys, "-Y", "mallbots")
        self.assertIn(f"open[3] {CONNECT}", summary)
        self.assertIn("status[2] UNIMPLEMENTED", summary)
        self.assertNotIn("Application Data", summary)

    def test_without_the_schemas_messages_are_bytes(self):
        self.record_session()
        details = self.tshark(self.server_keys, "-Y", "mallbots.kind == message && mallbots.stream == 1", "-O", "mallbots", schemas=False)
        self.assertIn("Message: 0a", details)

    def test_without_the_secrets_nothing_is_decoded(self):
        self.record_session()
        empty = self.folder / "empty.keys"
        empty.write_text("")
        self.assertEqual(self.tshark(empty, "-Y", "mallbots"), "")


if __name__ == "__main__":
    unittest.main()
