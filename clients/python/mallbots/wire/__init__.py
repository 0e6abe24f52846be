"""A Wire client on asyncio: gRPC's calls in length-prefixed protobuf frames over TLS (docs/protocol.md is the rule).

    tls = tls_context(ca="ca.pem", cert="bot.pem", key="bot.key")
    async with await connect("mall.example", 7443, tls) as connection:
        answer = await connection.unary("/mallbots.bots.v1.BotService/GetMap", GetMapRequest(), GetMapResponse, timeout=5)
"""
from .client import Client, backoff
from .connection import Call, Connection, connect, tls_context
from .status import Code, Metadata, Status, WireError

__all__ = ["Call", "Client", "Code", "Connection", "Metadata", "Status", "WireError", "backoff", "connect", "tls_context"]
