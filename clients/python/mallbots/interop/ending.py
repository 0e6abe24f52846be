"""Cases: calls that their caller ends, by hand or by time."""
from __future__ import annotations

import asyncio

from ..wire import Code
from .checks import CheckFailed, expect_end, expect_well
from .ended import rest, take, whole
from .service import exchange, fault, stream_request, unary_request
from .target import Target

#: The metadata of calls that must never reach the server: one that did would cost it the connection.
NEVER_SENT = fault("cut")


async def cancel_before_start(target: Target) -> None:
    """A call that waits for its turn is cancelled, and never begins."""
    async with target.service() as service:
        streams = await service.fill()
        waiting = service.unary(metadata=NEVER_SENT)
        making = asyncio.ensure_future(whole(waiting, unary_request()))
        try:
            await asyncio.sleep(0.1)
            waiting.cancel()
            ended = await asyncio.wait_for(making, 1)
        except asyncio.TimeoutError:
            raise CheckFailed("the cancelled call has not ended after 1 s") from None
        finally:
            making.cancel()
        expect_end(ended, Code.CANCELLED)
        for stream in streams:
            if stream.done:
                raise CheckFailed("a stream that stays open ended meanwhile")
        for stream in streams:
            expect_well(await rest(stream), [])
        await service.empty()


async def cancel_after_begin(target: Target) -> None:
    """A call is cancelled before it has sent anything."""
    async with target.service() as service:
        call = await service.streaming_input().open()
        call.cancel()
        expect_end(await take(call), Code.CANCELLED)
        await service.empty()


async def cancel_after_first_response(target: Target) -> None:
    """A stream is cancelled in the middle."""
    async with target.service() as service:
        async with service.full_duplex() as call:
            await exchange(call, 31_415, payload=27_182)
            call.cancel()
            expect_end(await take(call), Code.CANCELLED)
        await service.empty()


async def timeout_on_sleeping_server(target: Target) -> None:
    """A deadline ends a call whose server is slow."""
    loop = asyncio.get_running_loop()
    async with target.service() as service:
        began = loop.time()
        ended = await whole(service.unary(timeout=0.2), unary_request(delay_ms=10_000))
        expect_end(ended, Code.DEADLINE_EXCEEDED)
        expect_in_time(loop.time() - began)

        began = loop.time()
        async with service.full_duplex(timeout=0.2) as call:
            await call.send(stream_request(9, payload=27_182, interval_us=10_000_000))
            expect_end(await take(call), Code.DEADLINE_EXCEEDED)
        expect_in_time(loop.time() - began)
        await service.empty()


def expect_in_time(seconds: float) -> None:
    """200 ms is the deadline; its end may be late on a busy machine, but never early."""
    if not 200 <= round(seconds * 1000) <= 2000:
        raise CheckFailed(f"the deadline of 200 ms ended the call after {seconds * 1000:.0f} ms")


async def timeout_before_start(target: Target) -> None:
    """A call whose deadline has passed never begins."""
    async with target.service() as service:
        ended = await whole(service.unary(timeout=0, metadata=NEVER_SENT), unary_request())
        expect_end(ended, Code.DEADLINE_EXCEEDED)
        await service.empty()
