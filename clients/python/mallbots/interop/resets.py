"""Cases: a server that abandons a call, at each point of it."""
from __future__ import annotations

from ..wire import Code
from .calls import ASKED
from .checks import CheckFailed, expect, expect_answers, expect_end, other_end, values
from .ended import whole
from .service import fault, stream_request, unary_request
from .target import Target


async def rst_after_header(target: Target) -> None:
    """A reset after the initial metadata."""
    async with target.service() as service:
        await service.need_fault("reset-after-header")
        ended = await whole(service.unary(metadata=fault("reset-after-header")), unary_request())
        expect_end(ended, Code.ABORTED)
        expect("initial metadata x-mallbots-fault", values(ended.headers, "x-mallbots-fault"), ["reset-after-header"])
        await service.empty()


async def rst_during_data(target: Target) -> None:
    """A reset in the middle of the answers, some of which may be lost."""
    async with target.service() as service:
        await service.need_fault("reset-during-data")
        ended = await whole(service.streaming_output(metadata=fault("reset-during-data")), stream_request(*ASKED))
        if ended.status.code != Code.ABORTED:
            raise CheckFailed(other_end(ended.status, Code.ABORTED))
        expect_answers(ended.answers, ASKED[:min(2, len(ended.answers))])
        await service.empty()


async def rst_after_data(target: Target) -> None:
    """A reset in place of the status: an answer without a status is no success."""
    async with target.service() as service:
        await service.need_fault("reset-after-data")
        ended = await whole(service.unary(metadata=fault("reset-after-data")), unary_request(9))
        if ended.status.code != Code.ABORTED:
            raise CheckFailed(other_end(ended.status, Code.ABORTED))
        await service.empty()


async def rst_without_code(target: Target) -> None:
    """A reset with code OK is no success either."""
    async with target.service() as service:
        await service.need_fault("reset-without-code")
        ended = await whole(service.unary(metadata=fault("reset-without-code")), unary_request())
        expect_end(ended, Code.UNKNOWN)
        await service.empty()
