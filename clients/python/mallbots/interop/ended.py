"""A call as a case looks at it: everything that came, and how it ended."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, List, TypeVar

from google.protobuf.message import Message

from ..wire import Call, Metadata, Status, WireError

Response = TypeVar("Response", bound=Message)


@dataclass(frozen=True)
class Ended(Generic[Response]):
    """`headers` are the server's initial metadata; the trailing ones are the status's."""

    answers: List[Response]
    status: Status
    headers: Metadata


async def whole(call: Call[Response], *requests: Message) -> Ended[Response]:
    """Makes a call from its beginning: sends the requests and the half-close, and takes what comes to the end."""
    try:
        await call.open()
        for request in requests[:-1]:
            await call.send(request)
        for request in requests[-1:]:
            await call.send(request, end=True)
    except WireError as error:
        ended = await take(call)
        return Ended(ended.answers, error.status, ended.headers)
    return await rest(call)


async def rest(call: Call[Response]) -> Ended[Response]:
    """Half-closes an open call, and takes what comes to its end."""
    call.end()
    return await take(call)


async def take(call: Call[Response]) -> Ended[Response]:
    """Takes what comes to the end of an open call."""
    answers: List[Response] = []
    try:
        async for answer in call:
            answers.append(answer)
        status = await call.status()
    except WireError as error:
        status = error.status
    finally:
        call.cancel("the case is over")
    return Ended(answers, status, await call.headers())
