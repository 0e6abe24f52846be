"""What is wrong with flow control."""
import asyncio

from mallbots.interop.v1 import interop_pb2 as messages

from .faulty import Faulty


class GrantsOnArrival(Faulty):
    fails = {"server_pushback": "could be sent to a server that does not read"}

    def arrived(self, call, data):
        call.grant(data)

    def consumed(self, call, data):
        pass


class HoldsTheConnectionUp(Faulty):
    """While a handler sleeps."""
    keepalive_ms = 0
    fails = {"server_pushback": "went on with another stream"}
    busy = None

    async def sleep(self, seconds):
        if seconds:
            self.busy = asyncio.ensure_future(asyncio.sleep(seconds))
            await self.busy

    async def between_frames(self, session):
        if self.busy and not self.busy.done():
            await self.busy


class IgnoresCredit(Faulty):
    fails = {"client_pushback": "without credit"}

    async def answer_all(self, call, request):
        for form in request.answers:
            call.send(message=messages.StreamingOutputResponse(payload=self.payload(form.bytes)).SerializeToString())


class HeldUpByASlowReader(Faulty):
    """A reader that takes nothing holds up all of its connection."""
    seconds = 3
    fails = {"client_pushback": "not over"}

    async def EmptyCall(self, call):
        await asyncio.sleep(60)
