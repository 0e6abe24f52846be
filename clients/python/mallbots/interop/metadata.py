"""Cases: what goes beside the messages, and who is calling."""
from __future__ import annotations

from typing import Any, Sequence

from ..wire import Code
from .calls import LARGE_ASKED, LARGE_SENT
from .checks import Skipped, expect, expect_end, expect_well, values
from .ended import Ended, whole
from .service import stream_request, unary_request
from .target import Target

INITIAL = "x-mallbots-echo-initial"
TRAILING = "x-mallbots-echo-trailing-bin"


async def custom_metadata(target: Target) -> None:
    """Text comes back before the first answer, bytes with the status."""
    text, data = "test_initial_metadata_value", b"\xab\xab\xab"
    metadata = [(INITIAL, text), (TRAILING, data)]
    async with target.service() as service:
        asked, sent = (LARGE_ASKED, LARGE_SENT) if service.takes(LARGE_SENT) else (9, 9)
        unary = await whole(service.unary(metadata=metadata), unary_request(asked, sent))
        stream = await whole(service.full_duplex(metadata=metadata), stream_request(asked, payload=sent))
    for ended in (unary, stream):
        expect_well(ended, [asked])
        expect_echo(ended, [text], [data])


async def repeated_metadata(target: Target) -> None:
    """Values of one key keep their number and order; any byte may be in them."""
    texts, data = ["first", "second"], [b"", bytes(range(256))]
    metadata = [*((INITIAL, each) for each in texts), *((TRAILING, each) for each in data)]
    async with target.service() as service:
        ended = await whole(service.unary(metadata=metadata), unary_request())
    expect_well(ended, [0])
    expect_echo(ended, texts, data)


def expect_echo(ended: Ended[Any], initial: Sequence[str], trailing: Sequence[bytes]) -> None:
    """That the initial ones came before the first answer, the connection has seen to."""
    expect(f"initial metadata {INITIAL}", values(ended.headers, INITIAL), list(initial))
    expect(f"trailing metadata {TRAILING}", values(ended.status.metadata, TRAILING), list(trailing))


async def client_identity(target: Target) -> None:
    """The server knows the caller by its certificate."""
    if target.identity is None:
        raise Skipped("the client has no certificate with a URI name; give one with --cert and --key")
    async with target.service() as service:
        ended = await whole(service.unary(), unary_request(name_caller=True))
    expect_end(ended, Code.OK, answers=1)
    expect("caller", ended.answers[0].caller, target.identity)
