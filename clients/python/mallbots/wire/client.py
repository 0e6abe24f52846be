"""A connection that comes back by itself."""
from __future__ import annotations

import asyncio
import random
import ssl
from typing import Any, Awaitable, Callable, Iterator, Optional

from .connection import Connection, connect
from .status import Code, WireError


def backoff(chance: Callable[[], float] = random.random) -> Iterator[float]:
    """How long to wait before each new attempt, in seconds: 1, then 1.6 times more, at most 120; each varied by a fifth."""
    delay = 1.0
    while True:
        yield delay * (0.8 + 0.4 * chance())
        delay = min(delay * 1.6, 120.0)


class Client:
    """Keeps one connection to a server, and makes a new one, with backoff, when it is lost or the server goes away.

    `options` are those of `connect`.
    """

    def __init__(
        self, host: str, port: int, tls: ssl.SSLContext, *, sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep, **options: Any
    ):
        self._dial: Callable[[], Awaitable[Connection]] = lambda: connect(host, port, tls, **options)
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._connection: Optional[Connection] = None
        self._delays = backoff()
        self._failed = False
        #: How many connections were made.
        self.connections = 0

    async def ready(self, wait: bool = True) -> Connection:
        """A connection that takes calls. Without `wait`, one attempt is made at once; its failure raises WireError.

        With `wait` it tries until the server says Hello; bound it with `asyncio.wait_for`.
        """
        async with self._lock:
            while True:
                current = self._connection
                if current is not None and current.usable:
                    return current
                if current is not None and wait:
                    asked = current.go_away.reconnect_after_ms / 1000 if current.go_away else 0.0
                    # The connection had its Hello, so the waits begin anew. A server that leaves says itself how long.
                    await self._sleep(asked or next(self._delays))
                elif self._failed and wait:
                    await self._sleep(next(self._delays))
                self._connection = None
                try:
                    self._connection = await self._dial()
                except WireError as error:
                    self._failed = True
                    if not wait or error.code != Code.UNAVAILABLE:
                        raise
                else:
                    self.connections += 1
                    self._failed, self._delays = False, backoff()

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
