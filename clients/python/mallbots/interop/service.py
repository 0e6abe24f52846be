"""The InteropService of a server, as a client calls it, and the requests for it."""
from __future__ import annotations

from typing import Any, List

from ..wire import Call, Code, Connection, Metadata
from ..wire.v1.wire_pb2 import Hello
from .checks import CheckFailed, Skipped, expect, expect_answers, expect_end, values
from .ended import Response, whole
from .v1.interop_pb2 import (
    AnswerForm, EchoStatus, EmptyMessage, Payload, StreamingInputRequest, StreamingInputResponse, StreamingOutputRequest,
    StreamingOutputResponse, UnaryRequest, UnaryResponse)

NAME = "/mallbots.interop.v1.InteropService/"
ABSENT_CALL = "/mallbots.interop.v1.AbsentService/AbsentCall"
#: A case that fills the connection with calls does not open more than this.
MOST_STREAMS = 1_000
#: What stands around a payload's bytes in a frame, at most.
AROUND = 64


class Service:
    """The calls of InteropService on one connection. Options are those of `Connection.call`."""

    def __init__(self, connection: Connection):
        self.connection = connection

    def empty_call(self, **options: Any) -> Call[EmptyMessage]:
        return self.connection.call(NAME + "EmptyCall", EmptyMessage, **options)

    def unary(self, **options: Any) -> Call[UnaryResponse]:
        return self.connection.call(NAME + "UnaryCall", UnaryResponse, **options)

    def streaming_output(self, **options: Any) -> Call[StreamingOutputResponse]:
        return self.connection.call(NAME + "StreamingOutputCall", StreamingOutputResponse, **options)

    def streaming_input(self, **options: Any) -> Call[StreamingInputResponse]:
        return self.connection.call(NAME + "StreamingInputCall", StreamingInputResponse, **options)

    def full_duplex(self, **options: Any) -> Call[StreamingOutputResponse]:
        return self.connection.call(NAME + "FullDuplexCall", StreamingOutputResponse, **options)

    def half_duplex(self, **options: Any) -> Call[StreamingOutputResponse]:
        return self.connection.call(NAME + "HalfDuplexCall", StreamingOutputResponse, **options)

    async def empty(self) -> None:
        """An EmptyCall that must end well: the connection and the server are in order."""
        ended = await whole(self.empty_call(), EmptyMessage())
        expect_end(ended, Code.OK, answers=1)
        expect("bytes of the EmptyMessage", ended.answers[0].ByteSize(), 0)

    def takes(self, payload_bytes: int) -> bool:
        """Whether the server takes a message with such a payload."""
        return payload_bytes + AROUND <= self.hello.max_frame_bytes

    @property
    def hello(self) -> Hello:
        """What the server said in its Hello."""
        assert self.connection.peer is not None
        return self.connection.peer

    async def fill(self) -> List[Call[StreamingOutputResponse]]:
        """Opens as many FullDuplexCalls as the server takes at once."""
        most = self.hello.max_streams
        if most > MOST_STREAMS:
            raise Skipped(f"the server takes {most} calls at once; the case opens at most {MOST_STREAMS}")
        return [await self.full_duplex().open() for _ in range(most)]

    async def need_fault(self, name: str) -> None:
        """Skips the case unless the server does this fault on request."""
        ended = await whole(self.empty_call(metadata=fault("list")), EmptyMessage())
        expect_end(ended, Code.OK, answers=1)
        listed = values(ended.headers, "x-mallbots-faults")
        if not listed:
            raise Skipped("the server does not do faults on request")
        if name not in [each.strip() for each in ",".join(map(str, listed)).split(",")]:
            raise Skipped(f"the server does not do the fault {name!r} on request")


async def next_answer(call: Call[Response]) -> Response:
    """The next answer of an open call; it must not be over."""
    answer = await call.receive()
    if answer is None:
        raise CheckFailed("the call ended with OK where an answer is due")
    return answer


async def exchange(call: Call[StreamingOutputResponse], answer_bytes: int, payload: int = 0) -> None:
    """On an open FullDuplexCall: one request, and its one answer."""
    await call.send(stream_request(answer_bytes, payload=payload))
    expect_answers([await next_answer(call)], [answer_bytes])


def fault(name: str) -> Metadata:
    """The metadata that asks for a fault."""
    return [("x-mallbots-fault", name)]


def unary_request(answer_bytes: int = 0, payload: int = 0, **more: Any) -> UnaryRequest:
    return UnaryRequest(answer_bytes=answer_bytes, payload=zeros(payload), **more)


def stream_request(*answer_bytes: int, payload: int = 0, interval_us: int = 0, **more: Any) -> StreamingOutputRequest:
    """A request for answers of these sizes."""
    answers = [AnswerForm(bytes=size, interval_us=interval_us) for size in answer_bytes]
    return StreamingOutputRequest(answers=answers, payload=zeros(payload), **more)


def input_request(payload: int) -> StreamingInputRequest:
    return StreamingInputRequest(payload=zeros(payload))


def echo_status(code: int, message: str) -> EchoStatus:
    return EchoStatus(code=code, message=message)


def zeros(size: int) -> Payload:
    return Payload(body=bytes(size))
