"""A server that does what a test tells it to, also what the protocol forbids."""
import asyncio
import atexit
import logging
import pathlib
import ssl
import subprocess
import tempfile

from mallbots.wire import tls_context
from mallbots.wire.v1 import wire_pb2 as pb

# A peer that hangs up in the handshake is what some tests are about.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
_folder = tempfile.TemporaryDirectory(prefix="mallbots-test-")
atexit.register(_folder.cleanup)
CERT, KEY = (str(pathlib.Path(_folder.name) / name) for name in ("cert.pem", "key.pem"))
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", KEY, "-out", CERT,
     "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)

HELLO = pb.Frame(hello=pb.Hello(min_version=1, max_version=1))


def client_tls():
    return tls_context(ca=CERT)


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def read(self, *kinds):
        """The next frame; with kinds the next of one of them. None at the end."""
        while True:
            try:
                length = int.from_bytes(await self.reader.readexactly(4), "big")
                frame = pb.Frame.FromString(await self.reader.readexactly(length))
            except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
                return None
            if not kinds or frame.WhichOneof("kind") in kinds:
                return frame

    def send(self, *frames):
        for frame in frames:
            data = frame if isinstance(frame, bytes) else frame.SerializeToString()
            self.writer.write(len(data).to_bytes(4, "big") + data)

    def raw(self, data):
        self.writer.write(data)


class Server:
    """`async with Server(script) as port`: runs `script(peer)` for each connection, after its Hello when `hello` is given."""

    def __init__(self, script, hello=HELLO, alpn="mallbots/1"):
        self.script, self.hello, self.alpn = script, hello, alpn
        self.connections = 0
        self.errors = []

    async def _serve(self, reader, writer):
        self.connections += 1
        peer = Peer(reader, writer)
        try:
            if self.hello is not None:
                first = await peer.read()
                assert first is None or first.WhichOneof("kind") == "hello", first
                peer.send(self.hello)
            await self.script(peer)
        except (ConnectionError, ssl.SSLError):
            pass
        except Exception as error:
            self.errors.append(error)
            raise
        finally:
            writer.close()

    async def __aenter__(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERT, KEY)
        if self.alpn:
            context.set_alpn_protocols([self.alpn])
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        return self.server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_):
        self.server.close()
        assert not self.errors, self.errors
