"""Cases: connections that are silent, end, break, or never come to be."""
from __future__ import annotations

import asyncio
import socket
import ssl
from typing import List

from ..wire import Client, Code, WireError
from .checks import CheckFailed, expect, expect_end, expect_well, other_end
from .ended import rest, take, whole
from .service import Service, exchange, fault, unary_request
from .target import Target


async def ping(target: Target) -> None:
    """Each side answers the other's pings."""
    async with target.service(keepalive_seconds=0.2, keepalive_timeout_seconds=1.5) as service:
        await asyncio.sleep(2)
        await service.empty()
        # Its own pings, which are a sign of life too, do not stand for its answers.
        try:
            await asyncio.wait_for(service.connection.ping(), 2)
        except asyncio.TimeoutError:
            raise CheckFailed("the server does not answer a ping") from None
    async with target.service(keepalive_seconds=0) as service:
        if 1 <= service.hello.keepalive_ms <= 2_000:
            await asyncio.sleep(5)
            await service.empty()


async def goaway(target: Target) -> None:
    """A server that leaves takes no new calls; those that are open go on."""
    async with target.client() as client:
        first = Service(await client.ready())
        async with first.connection:
            await first.need_fault("goaway")
            async with first.full_duplex() as stream:
                await exchange(stream, 9)
                expect_well(await whole(first.unary(metadata=fault("goaway")), unary_request(9)), [9])
                second = Service(await client.ready())
                if second.connection is first.connection:
                    raise CheckFailed("the server sent no GoAway before its answer: new calls go over the first connection")
                await second.empty()
                await exchange(stream, 9)
                expect_well(await rest(stream), [])
        expect("connections made", client.connections, 2)


async def reconnect_after_break(target: Target) -> None:
    """A connection that breaks ends its calls; the client makes another by itself."""
    async with target.client() as client:
        first = Service(await client.ready())
        await first.need_fault("cut")
        async with first.full_duplex(metadata=fault("cut")) as stream:
            try:
                await exchange(stream, 9)
            except WireError:
                pass  # the answer may be lost with the connection
            ended = await take(stream)
        expect_end(ended, Code.UNAVAILABLE)
        try:
            second = Service(await asyncio.wait_for(client.ready(), 5))
        except asyncio.TimeoutError:
            raise CheckFailed("no second connection within 5 s") from None
        await second.empty()
        expect("connections made", client.connections, 2)


async def backoff(target: Target) -> None:
    """Attempts to connect come at 1 s, then 1.6 times longer each time."""
    loop = asyncio.get_running_loop()
    attempts = [loop.time()]
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if len(attempts) == 4:
            enough.set()
        await asyncio.sleep(seconds)
        attempts.append(loop.time())

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # which keeps the port from others, and does not listen
        client = Client("127.0.0.1", nobody.getsockname()[1], target.tls, sleep=sleep)
        connecting = asyncio.ensure_future(client.ready())
        watching = asyncio.ensure_future(enough.wait())
        try:
            await asyncio.wait([connecting, watching], return_when=asyncio.FIRST_COMPLETED)
            if connecting.done():
                await connecting
                raise CheckFailed("a connection to a port at which nothing listens")
        finally:
            connecting.cancel()
            watching.cancel()
            await asyncio.gather(connecting, watching, return_exceptions=True)
    expect_waits([later - earlier for earlier, later in zip(attempts, attempts[1:])])


def expect_waits(waits: List[float]) -> None:
    """Each may vary by a fifth, and a busy machine may add half a second."""
    for number, (wait, wanted) in enumerate(zip(waits, (1, 1.6, 2.56)), 1):
        if not wanted * 0.8 - 0.001 <= wait <= wanted * 1.2 + 0.5:
            raise CheckFailed(f"the wait after failed attempt {number} was {wait:.2f} s instead of {wanted} s, a fifth more or less")


async def tls_name_mismatch(target: Target) -> None:
    """A certificate for another name ends the handshake, before anything is said."""
    try:
        async with target.service(server_name="wrong-name.invalid") as service:
            await service.empty()
    except WireError as error:
        if error.code != Code.UNAVAILABLE:
            raise CheckFailed(other_end(error.status, Code.UNAVAILABLE)) from error
        # Hello goes out only when the handshake is done; this one the client has ended itself.
        if not isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise CheckFailed(f"the client did not refuse the certificate: {error}") from error
    else:
        raise CheckFailed("the client took a certificate that does not name wrong-name.invalid")
