"""The server that cases are run against."""
from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from typing import Any, AsyncIterator, Optional

from ..wire import Client, Connection, connect
from .service import Service

#: What the cases' clients say in their Hello: as much as docs/interop.md asks of a server.
MAX_FRAME_BYTES = 1_048_576
AGENT = "mallbots-interop-python/0.1"


@dataclass(frozen=True)
class Target:
    """Where the server is, and what a client needs to reach it."""

    host: str
    port: int
    tls: ssl.SSLContext
    #: The URI in the client's own certificate; None without one.
    identity: Optional[str] = None

    async def connect(self, **options: Any) -> Connection:
        """A connection; options are those of `mallbots.wire.connect`."""
        return await connect(self.host, self.port, self.tls, max_frame_bytes=MAX_FRAME_BYTES, agent=AGENT, **options)

    @contextlib.asynccontextmanager
    async def service(self, **options: Any) -> AsyncIterator[Service]:
        """The server's InteropService, on a connection of its own. It never connects again: all that is seen is on that one."""
        async with await self.connect(**options) as connection:
            yield Service(connection)

    def client(self) -> Client:
        """A client that connects again by itself."""
        return Client(self.host, self.port, self.tls, max_frame_bytes=MAX_FRAME_BYTES, agent=AGENT)
