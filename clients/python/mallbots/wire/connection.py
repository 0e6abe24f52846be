"""One Wire connection, and the calls on it."""
from __future__ import annotations

import asyncio
import math
import random
import ssl
from collections import deque
from typing import Any, AsyncIterable, AsyncIterator, Deque, Dict, Generic, Iterable, Optional, Type, TypeVar, Union

from google.protobuf.message import DecodeError, Message

from .status import Code, Metadata, Status, WireError, decode_metadata, encode_metadata
from .v1 import wire_pb2 as pb

VERSION = 1
DEFAULT_FRAME_BYTES = 65_536
DEFAULT_CREDIT = 65_536
DEFAULT_STREAMS = 100
MAX_CREDIT = 2**31 - 1
LEAST_COST = 32  # what a message takes of the credit at least
HANDSHAKE_SECONDS = 10.0
PING_TIMEOUT_SECONDS = 20.0
WRITE_TIMEOUT_SECONDS = 30.0

Response = TypeVar("Response", bound=Message)
#: Requests of a streaming call.
Requests = Union[Iterable[Message], AsyncIterable[Message]]


def tls_context(
    ca: Optional[str] = None, cert: Optional[str] = None, key: Optional[str] = None, key_log: Optional[str] = None
) -> ssl.SSLContext:
    """TLS 1.3 as Wire wants it. `ca`, `cert` and `key` are PEM files; without `ca` the system's authorities are trusted.

    `key_log` is for debugging: anyone who reads that file can read the connection.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the server's certificate and name
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols([f"mallbots/{VERSION}"])
    if ca:
        context.load_verify_locations(ca)
    else:
        context.load_default_certs()
    if cert:
        context.load_cert_chain(cert, key)
    if key_log:
        context.keylog_filename = key_log
    return context


async def connect(
    host: str,
    port: int,
    tls: ssl.SSLContext,
    *,
    server_name: Optional[str] = None,
    agent: str = "mallbots-python/0.1",
    max_frame_bytes: int = DEFAULT_FRAME_BYTES,
    initial_credit_bytes: int = DEFAULT_CREDIT,
    keepalive_seconds: float = 30.0,
    keepalive_timeout_seconds: float = PING_TIMEOUT_SECONDS,
) -> "Connection":
    """Connects, and waits for the server's Hello. Raises WireError (UNAVAILABLE when nobody answers or TLS fails).

    A server that is silent for `keepalive_seconds` (0: for ever) is pinged, and given up when it stays silent for
    `keepalive_timeout_seconds` more.
    """
    hello = pb.Hello(
        min_version=VERSION, max_version=VERSION, max_frame_bytes=max(max_frame_bytes, DEFAULT_FRAME_BYTES),
        initial_credit_bytes=max(initial_credit_bytes, DEFAULT_CREDIT), max_streams=DEFAULT_STREAMS,
        keepalive_ms=int(keepalive_seconds * 1000), agent=agent)
    loop = asyncio.get_running_loop()
    try:
        transport, connection = await asyncio.wait_for(
            loop.create_connection(lambda: Connection(hello, keepalive_timeout_seconds), host, port, ssl=tls, server_hostname=server_name or host),
            HANDSHAKE_SECONDS)
    except asyncio.TimeoutError:
        raise WireError.of(Code.UNAVAILABLE, f"{host}:{port} did not answer in time", begun=False) from None
    except OSError as error:
        raise WireError.of(Code.UNAVAILABLE, f"cannot connect to {host}:{port}: {error}", begun=False) from error
    try:
        await asyncio.wait_for(asyncio.shield(connection._welcomed), HANDSHAKE_SECONDS)
    except asyncio.TimeoutError:
        raise WireError.of(Code.UNAVAILABLE, f"{host}:{port} sent no Hello in time", begun=False) from None
    finally:
        if connection.peer is None:
            transport.abort()
    return connection


class Connection(asyncio.Protocol):
    """Many calls at once over one TLS connection; made by `connect`. Not thread-safe: use it on its event loop."""

    def __init__(self, hello: pb.Hello, keepalive_timeout_seconds: float = PING_TIMEOUT_SECONDS):
        self._loop = asyncio.get_running_loop()
        self._hello = hello
        self._keepalive_timeout = keepalive_timeout_seconds
        self._transport: Any = None
        self._buffer = bytearray()
        self._calls: Dict[int, Call[Any]] = {}
        self._last_id = 0
        self._writable = True
        self._stalled: Optional[asyncio.TimerHandle] = None
        self._watcher: Optional[asyncio.TimerHandle] = None
        self._heard = 0.0
        self._pinged: Optional[float] = None  # when, if nothing came since
        self._pings: Dict[int, asyncio.Future[None]] = {}
        self._welcomed: asyncio.Future[None] = self._loop.create_future()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._queue: Deque[Call[Any]] = deque()  # calls that wait until the server takes one more
        self._why: Optional[Status] = None
        #: The server's Hello.
        self.peer: Optional[pb.Hello] = None
        #: The server's GoAway: no new calls here; connect again after its `reconnect_after_ms`.
        self.go_away: Optional[pb.GoAway] = None

    # --- what callers use ---

    @property
    def usable(self) -> bool:
        """Whether new calls may begin."""
        return self.peer is not None and self.go_away is None and self._why is None

    def call(
        self, method: str, response_type: Type[Response], *, timeout: Optional[float] = None, metadata: Metadata = ()
    ) -> "Call[Response]":
        """A call of any kind: `async with connection.call("/package.Service/Method", Answer) as call: ...`"""
        return Call(self, method, response_type, timeout, metadata)

    async def unary(
        self, method: str, request: Message, response_type: Type[Response], *, timeout: Optional[float] = None,
        metadata: Metadata = ()
    ) -> Response:
        """One request, one answer."""
        async with self.call(method, response_type, timeout=timeout, metadata=metadata) as call:
            await call.send(request, end=True)
            return await call.single()

    async def client_streaming(
        self, method: str, requests: Requests, response_type: Type[Response], *, timeout: Optional[float] = None,
        metadata: Metadata = ()
    ) -> Response:
        """Many requests, one answer, which may come before the last request is sent."""
        async with self.call(method, response_type, timeout=timeout, metadata=metadata) as call:
            await call.send_all(requests)
            return await call.single()

    async def server_streaming(
        self, method: str, request: Message, response_type: Type[Response], *, timeout: Optional[float] = None,
        metadata: Metadata = ()
    ) -> AsyncIterator[Response]:
        """One request, many answers: `async for answer in connection.server_streaming(...)`."""
        async with self.call(method, response_type, timeout=timeout, metadata=metadata) as call:
            await call.send(request, end=True)
            async for response in call:
                yield response

    async def ping(self) -> float:
        """How long the server takes to answer, in seconds."""
        opaque, began = random.getrandbits(64), self._loop.time()
        self._pings[opaque] = self._loop.create_future()
        try:
            self._send(pb.Frame(ping=pb.Ping(opaque=opaque)))
            await self._pings[opaque]
        finally:
            self._pings.pop(opaque, None)
        return self._loop.time() - began

    async def wait_closed(self) -> Status:
        """Waits until the connection is over, and says why."""
        await asyncio.shield(self._closed)
        return self._why or Status(Code.UNAVAILABLE, "the connection is closed")

    async def close(self) -> None:
        """Cancels the calls that are open, says GoAway, and closes."""
        for call in list(self._calls.values()):
            call.cancel("the client closes the connection")
        if self._why is None:
            self._send(pb.Frame(go_away=pb.GoAway(message="the client leaves")))
            self._close(Status(Code.UNAVAILABLE, "the connection was closed", begun=False))
        try:
            await asyncio.wait_for(asyncio.shield(self._closed), 1)
        except asyncio.TimeoutError:
            self._transport.abort()

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # --- what the event loop calls ---

    def connection_made(self, transport: Any) -> None:
        self._transport, self._heard = transport, self._loop.time()
        chosen = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        if chosen != f"mallbots/{VERSION}":
            return self._close(Status(Code.UNAVAILABLE, f"the server speaks {chosen or 'no protocol that has a name'}, not Wire", begun=False))
        self._send(pb.Frame(hello=self._hello))
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self._why is not None:
            return
        self._heard, self._pinged = self._loop.time(), None
        self._buffer += data
        at = 0
        while self._why is None and len(self._buffer) - at >= 4:
            length = int.from_bytes(self._buffer[at:at + 4], "big")
            if length == 0:
                self._refuse(Code.INTERNAL, "an empty frame")
            elif length > self._hello.max_frame_bytes:
                self._refuse(Code.RESOURCE_EXHAUSTED, f"a frame of {length} bytes; at most {self._hello.max_frame_bytes} are taken")
            elif len(self._buffer) - at - 4 < length:
                break
            else:
                try:
                    frame = pb.Frame.FromString(bytes(self._buffer[at + 4:at + 4 + length]))
                except DecodeError:
                    return self._refuse(Code.INTERNAL, "not a Frame")
                at += 4 + length
                self._receive(frame)
        del self._buffer[:at]

    def pause_writing(self) -> None:
        self._writable = False
        self._stalled = self._loop.call_later(
            WRITE_TIMEOUT_SECONDS, self._lost, Status(Code.UNAVAILABLE, "the server does not read"))

    def resume_writing(self) -> None:
        self._writable = True
        if self._stalled:
            self._stalled.cancel()
        for call in self._calls.values():
            call._changed.set()

    def connection_lost(self, error: Optional[Exception]) -> None:
        for timer in (self._watcher, self._stalled):
            if timer:
                timer.cancel()
        if self._why is not None:
            status = self._why
        elif self.go_away is not None:
            status = Status(Code.UNAVAILABLE, f"the connection was lost; {self._farewell()}")
        else:
            status = Status(Code.UNAVAILABLE, f"the connection was lost{f': {error}' if error else ''}")
        self._why = status
        for call in [*self._calls.values(), *self._queue]:
            call._finish(status)
        for waiting in [self._welcomed, *self._pings.values()]:
            if not waiting.done():
                waiting.set_exception(WireError(status))
                waiting.exception()  # may be awaited by nobody
        if not self._closed.done():
            self._closed.set_result(None)

    # --- frames ---

    def _send(self, frame: pb.Frame) -> None:
        if self._why is not None:
            raise WireError(self._why)
        encoded = frame.SerializeToString()
        self._transport.write(len(encoded).to_bytes(4, "big") + encoded)

    def _receive(self, frame: pb.Frame) -> None:
        kind, stream = frame.WhichOneof("kind"), frame.stream_id
        if self.peer is None and kind not in ("hello", "go_away"):
            return self._refuse(Code.INTERNAL, "the first frame is not Hello")
        if stream == 0:
            if kind == "hello":
                self._begin(frame.hello)
            elif kind == "ping" and not frame.ping.ack:
                self._send(pb.Frame(ping=pb.Ping(opaque=frame.ping.opaque, ack=True)))
            elif kind == "ping":
                answered = self._pings.get(frame.ping.opaque)
                if answered is not None and not answered.done():
                    answered.set_result(None)
            elif kind == "go_away":
                self._leave(frame.go_away)
            elif kind is not None:
                self._refuse(Code.INTERNAL, f"{kind} on stream 0")
        elif stream > self._last_id:
            self._refuse(Code.INTERNAL, f"a frame on stream {stream}, which was never opened")
        elif kind in ("hello", "open", "ping", "go_away"):
            self._refuse(Code.INTERNAL, f"{kind} on stream {stream}")
        elif stream in self._calls:
            self._calls[stream]._receive(kind, frame)
        # Anything else is for a call that is over here, and on its way when it ended.

    def _begin(self, hello: pb.Hello) -> None:
        if self.peer is not None:
            return self._refuse(Code.INTERNAL, "a second Hello")
        if not hello.min_version <= VERSION <= hello.max_version:
            return self._refuse(Code.UNIMPLEMENTED, f"the server speaks versions {hello.min_version} to {hello.max_version}, not {VERSION}")
        hello.max_frame_bytes = max(hello.max_frame_bytes, DEFAULT_FRAME_BYTES)
        hello.initial_credit_bytes = max(hello.initial_credit_bytes, DEFAULT_CREDIT)
        hello.max_streams = hello.max_streams or DEFAULT_STREAMS
        self.peer = hello
        if not self._welcomed.done():
            self._welcomed.set_result(None)

    def _leave(self, go_away: pb.GoAway) -> None:
        self.go_away = go_away
        for call in [call for stream, call in self._calls.items() if stream > go_away.last_stream_id]:
            call._finish(Status(Code.UNAVAILABLE, self._farewell(), begun=False))
        for call in self._queue:
            call._changed.set()
        self._close_when_idle()

    def _close_when_idle(self) -> None:
        if self.go_away is not None and not self._calls:
            self._close(Status(Code.UNAVAILABLE, self._farewell(), begun=False))

    def _farewell(self) -> str:
        said = self.go_away or pb.GoAway()
        return f"the server goes away ({Code.of(said.code).name}: {said.message})"

    def _admits(self, call: "Call[Any]") -> bool:
        return self.peer is not None and self._queue[0] is call and len(self._calls) < self.peer.max_streams

    def _admit_next(self) -> None:
        if self._queue:
            self._queue[0]._changed.set()

    def _refuse(self, code: Code, what: str) -> None:
        """The server broke a rule: say so, and end the connection."""
        self._send(pb.Frame(go_away=pb.GoAway(code=int(code), message=what)))  # type: ignore[arg-type]
        self._close(Status(code, f"the server broke the protocol: {what}"))

    def _close(self, why: Status) -> None:
        if self._why is None:
            self._why = why
            self._transport.close()

    def _lost(self, why: Status) -> None:
        self._why = self._why or why
        self._transport.abort()

    def _watch(self) -> None:
        """Keepalive: after our silence a ping; after a ping's silence the end."""
        now, limit = self._loop.time(), self._hello.keepalive_ms / 1000
        if limit == 0 or self._why is not None:
            return
        if self._pinged is None and now - self._heard >= limit:
            self._send(pb.Frame(ping=pb.Ping(opaque=random.getrandbits(64))))
            self._pinged = now
        if self._pinged is None:
            delay = self._heard + limit - now
        elif now - self._pinged < self._keepalive_timeout:
            delay = min(limit, self._pinged + self._keepalive_timeout - now)  # by then it may be answered, and the next one due
        else:
            return self._lost(Status(Code.UNAVAILABLE, "the server is silent"))
        self._watcher = self._loop.call_later(delay, self._watch)


class Call(Generic[Response]):
    """One call. `async with` opens it, and cancels it when the block is left before its end.

    One task may send while another receives; two that send, or two that receive, must take turns.
    """

    def __init__(
        self, connection: Connection, method: str, response_type: Type[Response], timeout: Optional[float], metadata: Metadata
    ):
        self._connection = connection
        self._method, self._response_type, self._entries = method, response_type, encode_metadata(metadata)
        self._deadline = None if timeout is None else connection._loop.time() + timeout
        self._timer: Optional[asyncio.TimerHandle] = None
        self._changed = asyncio.Event()
        self._inbox: Deque[bytes] = deque()
        self._ended = False  # we send no more
        self._headers: Optional[Metadata] = None
        self._status: Optional[Status] = None
        self._credit = self._granted = self._owed = 0
        #: The stream's number; 0 until it is open.
        self.stream_id = 0

    @property
    def done(self) -> bool:
        """Whether the call has ended, in whatever way."""
        return self._status is not None

    async def open(self) -> "Call[Response]":
        """Waits until the server takes one more call, and begins this one."""
        connection = self._connection
        if self._deadline is not None:
            left = self._deadline - connection._loop.time()
            if left <= 0:
                self._finish(Status(Code.DEADLINE_EXCEEDED, "the deadline was over before the call began", begun=False))
            else:
                self._timer = connection._loop.call_later(left, self._expire)
        connection._queue.append(self)
        try:
            while self._status is None and connection.usable and not connection._admits(self):
                await self._change()
        finally:
            connection._queue.remove(self)
            connection._admit_next()
        if self._status is None and not connection.usable:
            why = connection._why.message if connection._why else connection._farewell()
            self._finish(Status(Code.UNAVAILABLE, f"no new calls on this connection: {why}", begun=False))
        if self._status is not None:
            raise WireError(self._status)
        assert connection.peer is not None
        self._credit, self._granted = connection.peer.initial_credit_bytes, connection._hello.initial_credit_bytes
        connection._last_id += 1
        self.stream_id = connection._last_id
        connection._calls[self.stream_id] = self
        timeout_ms = 0
        if self._deadline is not None:
            timeout_ms = min(max(1, math.ceil((self._deadline - connection._loop.time()) * 1000)), 2**32 - 1)
        opening = pb.Open(method=self._method, timeout_ms=timeout_ms, metadata=self._entries)
        connection._send(pb.Frame(stream_id=self.stream_id, open=opening))
        return self

    async def send(self, message: Message, end: bool = False) -> bool:
        """Sends a message as soon as there is credit; with `end` the last one.

        False when the server has already ended the call well; WireError when it ended otherwise.
        """
        if self._ended:
            raise ValueError("a message after the end")
        payload = message.SerializeToString()
        connection = self._connection
        frame = pb.Frame(stream_id=self.stream_id, message=payload, end=end)
        limit = connection.peer.max_frame_bytes if connection.peer else DEFAULT_FRAME_BYTES
        if frame.ByteSize() > limit:
            self.cancel("a message was too large to send")
            raise WireError.of(Code.RESOURCE_EXHAUSTED, f"a message of {len(payload)} bytes; the server takes frames of {limit}")
        while self._status is None and not (self._credit > 0 and connection._writable):
            await self._change()
        if self._over():
            return False
        self._ended = end
        self._credit -= max(LEAST_COST, len(payload))
        connection._send(frame)
        return True

    async def send_all(self, messages: Requests) -> None:
        """Sends each message and then the end; stops early when the server has ended the call."""
        if isinstance(messages, AsyncIterable):
            async for message in messages:
                if not await self.send(message):
                    return
        else:
            for message in messages:
                if not await self.send(message):
                    return
        self.end()

    def end(self) -> None:
        """Half-close: no more messages from here."""
        if not self._ended and self._status is None:
            self._ended = True
            self._connection._send(pb.Frame(stream_id=self.stream_id, end=True))

    async def receive(self) -> Optional[Response]:
        """The next message; None when the server has ended the call well, WireError when it ended otherwise."""
        while not self._inbox:
            if self._over():
                return None
            await self._change()
        payload = self._inbox.popleft()
        self._consumed(len(payload))
        try:
            return self._response_type.FromString(payload)
        except DecodeError:
            self.cancel("not the method's message")
            raise WireError.of(Code.INTERNAL, f"the server sent what is no {self._response_type.DESCRIPTOR.full_name}") from None

    async def single(self) -> Response:
        """The one answer of a unary or client-streaming call, when its status has come."""
        first = await self.receive()
        if first is None or await self.receive() is not None:
            raise WireError.of(Code.INTERNAL, f"the server sent {'no' if first is None else 'more than one'} answer")
        return first

    def __aiter__(self) -> AsyncIterator[Response]:
        return self

    async def __anext__(self) -> Response:
        message = await self.receive()
        if message is None:
            raise StopAsyncIteration
        return message

    async def headers(self) -> Metadata:
        """The server's initial metadata; empty when a message or the end came without any."""
        while self._headers is None and not self._inbox and self._status is None:
            await self._change()
        return self._headers or ()

    async def status(self) -> Status:
        """How the call ended, with the trailing metadata; waits for the end, and does not raise for an error."""
        return await self._wait_until_over()

    def cancel(self, message: str = "cancelled by the caller") -> None:
        """Gives the call up at once; what has arrived of it is dropped."""
        self._give_up(Status(Code.CANCELLED, message))

    async def __aenter__(self) -> "Call[Response]":
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        self.cancel("the caller left the call")

    # --- within ---

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _wait_until_over(self) -> Status:
        while self._status is None:
            await self._change()
        return self._status

    def _over(self) -> bool:
        if self._status is not None and self._status.code != Code.OK:
            raise WireError(self._status)
        return self._status is not None

    def _expire(self) -> None:
        self._give_up(Status(Code.DEADLINE_EXCEEDED, "the deadline is over", begun=self.stream_id != 0))

    def _give_up(self, status: Status) -> None:
        if self._status is None:
            if self.stream_id and self._connection._why is None:
                reset = pb.Reset(code=int(status.code), message=status.message)  # type: ignore[arg-type]
                self._connection._send(pb.Frame(stream_id=self.stream_id, reset=reset))
            self._inbox.clear()
            self._finish(status)

    def _finish(self, status: Status) -> None:
        self._status = status
        if self._timer:
            self._timer.cancel()
        self._changed.set()
        if self._connection._calls.pop(self.stream_id, None) is not None:
            self._connection._admit_next()
            self._connection._close_when_idle()

    def _receive(self, kind: Optional[str], frame: pb.Frame) -> None:
        connection = self._connection
        if kind == "message":
            if self._granted <= 0:
                return connection._refuse(Code.RESOURCE_EXHAUSTED, f"a message without credit on stream {self.stream_id}")
            self._granted -= max(LEAST_COST, len(frame.message))
            self._inbox.append(frame.message)
            if self._headers is None:
                self._headers = ()
        elif kind == "headers":
            if self._headers is not None:
                return connection._refuse(Code.INTERNAL, f"headers again, or after a message, on stream {self.stream_id}")
            self._headers = decode_metadata(frame.headers.metadata)
        elif kind == "credit":
            self._credit += frame.credit.bytes
            if self._credit > MAX_CREDIT:
                return connection._refuse(Code.RESOURCE_EXHAUSTED, f"too much credit on stream {self.stream_id}")
        elif kind == "status":
            self._finish(Status(Code.of(frame.status.code), frame.status.message, decode_metadata(frame.status.metadata)))
        elif kind == "reset":
            self._inbox.clear()
            self._finish(Status(Code.of(frame.reset.code) or Code.UNKNOWN, frame.reset.message))
        self._changed.set()

    def _consumed(self, length: int) -> None:
        """Gives credit back for what was taken, in few and large grants."""
        self._owed += max(LEAST_COST, length)
        half = self._connection._hello.initial_credit_bytes // 2
        if self._status is None and self._connection._why is None and self._owed >= half:
            self._connection._send(pb.Frame(stream_id=self.stream_id, credit=pb.Credit(bytes=self._owed)))
            self._granted += self._owed
            self._owed = 0
