"""A server for the interoperability cases that does what docs/interop.md says; tests plant faults in it by overriding a part."""
import asyncio
import collections
import itertools

from fake import Server
from mallbots.interop.v1 import interop_pb2 as messages
from mallbots.wire.v1 import wire_pb2 as pb

NAME = "/mallbots.interop.v1.InteropService/"
INITIAL, TRAILING, FAULT = "x-mallbots-echo-initial", "x-mallbots-echo-trailing-bin", "x-mallbots-fault"
MOST_ANSWER = 16 * 1024 * 1024


class Over(Exception):
    """Ends a call with this status."""

    def __init__(self, code, message=""):
        super().__init__(message)
        self.code, self.message = code, message


class Session:
    """A connection's calls at the server, each with its credit in both directions."""

    def __init__(self, server, peer):
        self.server, self.peer = server, peer
        self.calls = {}
        self.client = None
        self.last = 0
        self.heard = 0.0

    async def run(self):
        self.heard = asyncio.get_running_loop().time()
        pinging = asyncio.ensure_future(self._ping())
        try:
            while (frame := await self.peer.read()) is not None:
                self.heard = asyncio.get_running_loop().time()
                await self._take(frame)
        finally:
            pinging.cancel()
            for call in self.calls.values():
                call.task.cancel()

    async def _take(self, frame):
        kind, stream = frame.WhichOneof("kind"), frame.stream_id
        if kind == "ping":
            self.server.pinged(self.peer, frame.ping)
        elif kind == "open":
            self.last = stream
            if len(self.calls) >= self.server.hello.hello.max_streams:
                return self.peer.send(pb.Frame(stream_id=stream, status=pb.Status(code=8, message="too many calls")))
            call = self.calls[stream] = Call(self, stream, frame.open)
            call.task = asyncio.ensure_future(self.server.handle(call))
        elif stream in self.calls:
            call = self.calls[stream]
            if kind == "message":
                assert call.granted > 0, "the client sent without credit"
                call.granted -= max(32, len(frame.message))
                call.requests.append(frame.message)
                self.server.arrived(call, frame.message)
            elif kind == "credit":
                call.credit += frame.credit.bytes
            elif kind == "reset":
                self.server.cancelled(call)
        if frame.end and stream in self.calls:
            self.calls[stream].half_closed = True
        if stream in self.calls:
            self.calls[stream].changed.set()
        await self.server.between_frames(self)

    async def _ping(self):
        """Keepalive as Hello says it; a client that does not answer is given up."""
        loop, quiet = asyncio.get_running_loop(), self.server.hello.hello.keepalive_ms / 1000
        while quiet:
            await asyncio.sleep(self.heard + quiet - loop.time())
            if loop.time() - self.heard >= quiet:
                asked = loop.time()
                self.server.ping(self.peer)
                await asyncio.sleep(1)
                if self.heard < asked:
                    return self.peer.writer.transport.abort()


class Call:
    def __init__(self, session, stream, opening):
        self.session, self.stream, self.opening = session, stream, opening
        self.requests, self.half_closed, self.changed = collections.deque(), False, asyncio.Event()
        self.granted = session.server.hello.hello.initial_credit_bytes
        self.credit = 65_536
        self.headers_sent = self.over = False
        self.deadline = opening.timeout_ms and asyncio.get_running_loop().time() + opening.timeout_ms / 1000

    @property
    def method(self):
        return self.opening.method.rsplit("/", 1)[1]

    def metadata(self, key):
        return [each for each in self.opening.metadata if each.key == key]

    @property
    def fault(self):
        return self.metadata(FAULT)[0].value if self.metadata(FAULT) else None

    async def read(self, kind):
        """The next request; None after the half-close."""
        while not self.requests:
            if self.half_closed:
                return None
            self.changed.clear()
            await self.changed.wait()
        data = self.requests.popleft()
        self.session.server.consumed(self, data)
        return kind.FromString(data)

    def grant(self, data):
        self.granted += max(32, len(data))
        self.send(credit=pb.Credit(bytes=max(32, len(data))))

    def send(self, **kind):
        if not self.over:
            self.session.peer.send(pb.Frame(stream_id=self.stream, **kind))

    def headers(self, entries):
        if not self.headers_sent:
            self.headers_sent = True
            self.send(headers=pb.Headers(metadata=entries))

    async def answer(self, message):
        data = message.SerializeToString()
        if len(data) + 16 > 1_048_576:
            raise Over(8, f"a message of {len(data)} bytes; the client takes frames of 1048576")
        while self.credit <= 0:
            self.changed.clear()
            await self.changed.wait()
        self.credit -= max(32, len(data))
        self.send(message=data)

    def end(self, **kind):
        self.send(**kind)
        self.over = True
        self.session.calls.pop(self.stream, None)

    def reset(self, code):
        self.end(reset=pb.Reset(code=code))

    def cut(self):
        self.session.peer.writer.transport.abort()


class Interop(Server):
    """`async with Interop() as port`. What the cases look at is a method each, to be overridden."""

    faults = ["goaway", "reset-after-header", "reset-during-data", "reset-after-data", "reset-without-code", "cut"]
    max_streams, max_frame_bytes, initial_credit_bytes, keepalive_ms = 20, 1_048_576, 65_536, 500
    min_version = 1

    def __init__(self):
        super().__init__(self._session, hello=pb.Frame(hello=pb.Hello(
            min_version=self.min_version, max_version=self.min_version, max_frame_bytes=self.max_frame_bytes, initial_credit_bytes=self.initial_credit_bytes,
            max_streams=self.max_streams, keepalive_ms=self.keepalive_ms)))

    async def _session(self, peer):
        await Session(self, peer).run()

    async def handle(self, call):
        left = call.deadline and max(0, call.deadline - asyncio.get_running_loop().time())
        try:
            if call.opening.method != NAME + call.method or not hasattr(self, call.method):
                self.absent(call)
            await asyncio.wait_for(getattr(self, call.method)(call), left or None)
            self.end(call, 0, "")
        except Over as over:
            self.end(call, over.code, over.message)
        except asyncio.TimeoutError:
            self.end(call, 4, "the deadline is over")
        except asyncio.CancelledError:
            call.session.calls.pop(call.stream, None)
        except Exception as error:
            self.errors.append(error)
            self.end(call, 13, f"the fake server is broken: {error!r}")

    # --- the service ---

    async def EmptyCall(self, call):
        await call.read(messages.EmptyMessage)
        if call.fault == "list":
            call.headers([pb.MetadataEntry(key="x-mallbots-faults", value=",".join(self.faults))])
        self.initial(call)
        await call.answer(messages.EmptyMessage())

    async def UnaryCall(self, call):
        request = await call.read(messages.UnaryRequest)
        await self.sleep(request.delay_ms / 1000)
        self.initial(call)
        if request.status.code:
            self.ask_to_end(call, request.status)
        answer = messages.UnaryResponse(payload=self.payload(request.answer_bytes), caller=self.caller(call) if request.name_caller else "")
        if call.fault in self.faults:
            return await self.misbehave(call, answer)
        await call.answer(answer)

    async def StreamingOutputCall(self, call):
        request = await call.read(messages.StreamingOutputRequest)
        if call.fault in self.faults:
            return await self.misbehave_in_the_middle(call, request)
        await self.answer_all(call, request)

    async def StreamingInputCall(self, call):
        total = 0
        while (request := await call.read(messages.StreamingInputRequest)) is not None:
            total += len(request.payload.body)
        await call.answer(messages.StreamingInputResponse(payload_bytes=self.total(total)))

    async def FullDuplexCall(self, call):
        self.initial(call)
        while (request := await call.read(messages.StreamingOutputRequest)) is not None:
            if request.status.code:
                self.ask_to_end(call, request.status)
            await self.answer_all(call, request)
            if call.fault == "cut":
                self.cut(call)

    async def HalfDuplexCall(self, call):
        requests = []
        while (request := await call.read(messages.StreamingOutputRequest)) is not None:
            requests.append(request)
        for request in requests:
            await self.answer_all(call, request)

    # --- its parts ---

    def payload(self, size):
        return messages.Payload(body=bytes(size))

    def total(self, count):
        return count

    def caller(self, call):
        names = call.session.peer.writer.get_extra_info("peercert")["subjectAltName"]
        return next(name for kind, name in names if kind == "URI")

    async def answer_all(self, call, request):
        for form in request.answers:
            await self.sleep(form.interval_us / 1_000_000)
            await call.answer(messages.StreamingOutputResponse(payload=self.payload(form.bytes)))

    async def sleep(self, seconds):
        if seconds:
            await asyncio.sleep(seconds)

    def initial(self, call):
        if call.metadata(INITIAL):
            call.headers(call.metadata(INITIAL))

    def trailing(self, call):
        return call.metadata(TRAILING)

    def ask_to_end(self, call, status):
        raise Over(status.code, status.message)

    def absent(self, call):
        raise Over(12, f"no {call.opening.method}")

    def end(self, call, code, message):
        if not call.over:
            call.end(status=pb.Status(code=code, message=message, metadata=self.trailing(call)))

    def cancelled(self, call):
        call.over = True
        call.task.cancel()

    def arrived(self, call, data):
        """A message is here, and its handler has not taken it."""

    def consumed(self, call, data):
        call.grant(data)

    async def between_frames(self, session):
        """Whatever holds the connection up."""

    def ping(self, peer):
        peer.send(pb.Frame(ping=pb.Ping(opaque=7)))

    def pinged(self, peer, ping):
        if not ping.ack:
            peer.send(pb.Frame(ping=pb.Ping(opaque=ping.opaque, ack=True)))

    # --- its faults on request ---

    async def misbehave(self, call, answer):
        if call.fault == "goaway":
            self.go_away(call)
            await asyncio.sleep(0.2)
            await call.answer(answer)
        elif call.fault == "reset-after-header":
            call.headers([pb.MetadataEntry(key=FAULT, value="reset-after-header")])
            self.reset(call, 10)
        elif call.fault == "reset-after-data":
            await call.answer(answer)
            self.reset(call, 10)
        elif call.fault == "reset-without-code":
            self.reset(call, 0)
        elif call.fault == "cut":
            self.cut(call)

    async def misbehave_in_the_middle(self, call, request):
        for form in itertools.islice(request.answers, self.before_reset(len(request.answers))):
            await call.answer(messages.StreamingOutputResponse(payload=self.payload(form.bytes)))
        self.reset(call, 10)

    def before_reset(self, count):
        return count // 2

    def go_away(self, call):
        call.session.peer.send(pb.Frame(go_away=pb.GoAway(
            last_stream_id=call.session.last, code=14, message="asked for", reconnect_after_ms=100)))

    def reset(self, call, code):
        call.reset(code)

    def cut(self, call):
        call.cut()
