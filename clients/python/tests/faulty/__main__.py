"""`python -m faulty`: all of these servers, and the one without a fault, for cases in other processes and languages.

Prints where they are and the files that a client needs, as one line of JSON, and ends with its input.
"""
import asyncio
import contextlib
import json
import sys

from fake import CA, CLIENT_CERT, CLIENT_KEY
from fake_interop import Interop

from . import PLANTED


async def serve():
    async with contextlib.AsyncExitStack() as stack:
        servers = [
            {"name": kind.__name__, "address": f"127.0.0.1:{await stack.enter_async_context(kind())}", "fails": fails}
            for kind, fails in [(Interop, {}), *((kind, kind.fails) for kind in PLANTED)]]
        print(json.dumps({"ca": CA, "cert": CLIENT_CERT, "key": CLIENT_KEY, "servers": servers}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
