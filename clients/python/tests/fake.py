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


def _openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=_folder.name)


def _file(name):
    return str(pathlib.Path(_folder.name) / name)


def _issue(name, alternative):
    """A certificate of the test's authority, and its key."""
    pathlib.Path(_file(f"{name}.ext")).write_text(f"subjectAltName={alternative}\nbasicConstraints=critical,CA:FALSE\n")
    _openssl("req", *_NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
    _openssl(
        "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    return _file(f"{name}.pem"), _file(f"{name}.key")


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_openssl("req", "-x509", *_NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority")
CA = _file("ca.pem")
CERT, KEY = _issue("server", "IP:127.0.0.1")
CLIENT_NAME = "spiffe://mallbots.local/service/tools"
CLIENT_CERT, CLIENT_KEY = _issue("client", f"URI:{CLIENT_NAME}")

HELLO = pb.Frame(hello=pb.Hello(min_version=1, max_version=1))


def client_tls():
    return tls_context(ca=CA)


def named_client_tls():
    """A client with a certificate."""
    return tls_context(ca=CA, cert=CLIENT_CERT, key=CLIENT_KEY)


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
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(CA)
        if self.alpn:
            context.set_alpn_protocols([self.alpn])
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        return self.server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_):
        self.server.close()
        assert not self.errors, self.errors
