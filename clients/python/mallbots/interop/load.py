"""Cases: many calls, and sides that do not take what is sent to them."""
from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import Any, AsyncIterator, Awaitable, TypeVar

from ..wire import Call
from .checks import CheckFailed, expect_well
from .ended import rest, take, whole
from .service import exchange, next_answer, stream_request, unary_request
from .target import Target

CALLS = 5_000
MESSAGES, MESSAGE_BYTES = 128, 16_384

Result = TypeVar("Result")


async def max_streams(target: Target) -> None:
    """A call more than the server takes waits until one of the others has ended."""
    async with target.service() as service:
        streams = await service.fill()
        for stream in streams:
            await exchange(stream, 9)
        async with beside(whole(service.unary(), unary_request(9))) as one_more:
            await asyncio.sleep(0.3)
            if one_more.done():
                raise CheckFailed(f"the server takes {len(streams)} calls at once, and one more did not wait")
            expect_well(await rest(streams.pop()), [])
            expect_well(await one_more, [9])
        for stream in streams:
            expect_well(await rest(stream), [])


async def thousands_of_calls(target: Target) -> None:
    """5,000 calls at once on one connection, each with an answer of its own."""
    async with target.service() as service:
        calls = [whole(service.unary(), unary_request(number)) for number in range(CALLS)]
        for number, ended in enumerate(await asyncio.gather(*calls)):
            expect_well(ended, [number])


async def server_pushback(target: Target) -> None:
    """A server that does not read holds its sender back, and nobody else."""
    loop = asyncio.get_running_loop()
    async with target.service() as service, service.full_duplex() as call:
        # This client keeps nothing itself: `send` waits until the message may go.
        most = service.hello.initial_credit_bytes + MESSAGE_BYTES
        began = loop.time()
        await call.send(stream_request(1, interval_us=3_000_000))
        pusher = Pusher(call)
        async with beside(pusher.push()) as pushing, beside(next_answer(call)) as receiving:
            await asyncio.sleep(1)
            if pusher.taken > most:
                raise CheckFailed(f"{pusher.taken} bytes could be sent to a server that does not read, instead of at most {most}")
            await service.empty()
            if receiving.done():
                await receiving
            if receiving.done() or loop.time() - began >= 3:
                raise CheckFailed("EmptyCall ended only when the server went on with another stream")
            first = await receiving
            ended = await take(call)
            expect_well(replace(ended, answers=[first, *ended.answers]), [1] * (1 + MESSAGES))
            await pushing


class Pusher:
    """Sends as fast as it may, and counts what was taken from it."""

    def __init__(self, call: Call[Any]):
        self._call = call
        self.taken = 0

    async def push(self) -> None:
        request = stream_request(1, payload=MESSAGE_BYTES)
        for _ in range(MESSAGES):
            if not await self._call.send(request):
                return
            self.taken += MESSAGE_BYTES
        self._call.end()


async def client_pushback(target: Target) -> None:
    """A client that does not read holds the server back on that stream. What comes without credit ends the connection."""
    sizes = [MESSAGE_BYTES] * MESSAGES
    async with target.service() as service, service.streaming_output() as call:
        await call.send(stream_request(*sizes), end=True)
        await asyncio.gather(asyncio.sleep(1), service.empty())
        expect_well(await take(call), sizes)


@contextlib.asynccontextmanager
async def beside(work: Awaitable[Result]) -> "AsyncIterator[asyncio.Future[Result]]":
    """Something that goes on during a block, and ends with it at the latest."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
