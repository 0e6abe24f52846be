"""Cases: the kinds of calls."""
from __future__ import annotations

import asyncio

from ..wire import Code
from .checks import CheckFailed, Skipped, expect, expect_end, expect_well
from .ended import rest, whole
from .service import exchange, input_request, stream_request, unary_request
from .target import Target

SENT = (27_182, 8, 1_828, 45_904)
ASKED = (31_415, 9, 2_653, 58_979)
LARGE_SENT, LARGE_ASKED = 271_828, 314_159


async def empty_unary(target: Target) -> None:
    """An empty request, an empty answer."""
    async with target.service() as service:
        await service.empty()


async def large_unary(target: Target) -> None:
    """A request and an answer of some hundred kilobytes."""
    async with target.service() as service:
        if not service.takes(LARGE_SENT):
            await service.empty()  # it is a server for these cases, only a small one
            raise Skipped(f"the server takes frames of {service.hello.max_frame_bytes} bytes; the case sends {LARGE_SENT}")
        expect_well(await whole(service.unary(), unary_request(LARGE_ASKED, LARGE_SENT)), [LARGE_ASKED])


async def client_streaming(target: Target) -> None:
    """Four requests, one answer that says how much they were."""
    async with target.service() as service:
        ended = await whole(service.streaming_input(), *map(input_request, SENT))
        expect_end(ended, Code.OK, answers=1)
        expect("payload_bytes", ended.answers[0].payload_bytes, sum(SENT))


async def server_streaming(target: Target) -> None:
    """One request, four answers of the sizes asked for."""
    async with target.service() as service:
        expect_well(await whole(service.streaming_output(), stream_request(*ASKED)), ASKED)


async def ping_pong(target: Target) -> None:
    """Each request is sent when the answer to the one before is there."""
    async with target.service() as service, service.full_duplex() as call:
        for asked, sent in zip(ASKED, SENT):
            await exchange(call, asked, payload=sent)
        expect_well(await rest(call), [])


async def half_duplex(target: Target) -> None:
    """The answers come only after the half-close."""
    async with target.service() as service, service.half_duplex() as call:
        for asked, sent in zip(ASKED, SENT):
            await call.send(stream_request(asked, payload=sent))
        try:
            early = await asyncio.wait_for(call.receive(), 0.2)
        except asyncio.TimeoutError:
            pass
        else:
            raise CheckFailed(f"{'the end' if early is None else 'an answer'} came before the half-close")
        expect_well(await rest(call), ASKED)


async def empty_stream(target: Target) -> None:
    """No request, no answer, and a good end."""
    async with target.service() as service:
        expect_well(await whole(service.full_duplex()), [])
