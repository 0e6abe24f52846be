"""Cases: how calls end when they do not end well."""
from __future__ import annotations

import re

from ..wire import Code, Status
from .checks import CheckFailed, Skipped, expect_end
from .ended import whole
from .service import ABSENT_CALL, NAME, echo_status, stream_request, unary_request
from .target import MAX_FRAME_BYTES, Target
from .v1.interop_pb2 import EmptyMessage

#: A payload that is too large for a server must still fit into memory.
MOST_BYTES = 16 * 1024 * 1024


async def status_code_and_message(target: Target) -> None:
    """A unary call and a stream end with the status that was asked for."""
    status = echo_status(2, "test status message")
    async with target.service() as service:
        for ended in (
            await whole(service.unary(), unary_request(status=status)),
            await whole(service.full_duplex(), stream_request(status=status)),
        ):
            expect_end(ended, Code.UNKNOWN, status.message)


async def special_status_message(target: Target) -> None:
    """A message with control characters and all of Unicode."""
    message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
    async with target.service() as service:
        expect_end(await whole(service.unary(), unary_request(status=echo_status(2, message))), Code.UNKNOWN, message)


async def every_status_code(target: Target) -> None:
    """All sixteen codes of errors."""
    async with target.service() as service:
        for code in Code:
            if code != Code.OK:
                message = f"this is {code.name}"
                ended = await whole(service.unary(), unary_request(status=echo_status(code, message)))
                expect_end(ended, code, message)


async def unimplemented_method(target: Target) -> None:
    """A method that the service does not have."""
    async with target.service() as service:
        await service.empty()  # the service is there
        ended = await whole(service.connection.call(NAME + "UnimplementedCall", EmptyMessage), EmptyMessage())
        expect_end(ended, Code.UNIMPLEMENTED)


async def unimplemented_service(target: Target) -> None:
    """A service that the server does not have."""
    async with target.service() as service:
        expect_end(await whole(service.connection.call(ABSENT_CALL, EmptyMessage), EmptyMessage()), Code.UNIMPLEMENTED)


async def unary_too_large(target: Target) -> None:
    """A message over the receiver's limit ends its call, and only that."""
    async with target.service() as service:
        limit = service.hello.max_frame_bytes
        if limit > MOST_BYTES:
            raise Skipped(f"the server takes frames of {limit} bytes, more than the case sends")
        ended = await whole(service.unary(), unary_request(payload=limit))
        expect_end(ended, Code.RESOURCE_EXHAUSTED)
        expect_limit(ended.status, limit)
        ended = await whole(service.unary(), unary_request(MAX_FRAME_BYTES))
        expect_end(ended, Code.RESOURCE_EXHAUSTED)
        expect_limit(ended.status, MAX_FRAME_BYTES)
        await service.empty()


def expect_limit(status: Status, limit: int) -> None:
    """The limit, or what it leaves for a message, is in the text."""
    if not any(limit - 16 <= int(digits) <= limit for digits in re.findall(r"\d+", status.message)):
        raise CheckFailed(f"the status's message does not name the limit of {limit} bytes: {status.message!r}")
