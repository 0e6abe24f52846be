"""What is wrong with connections, resets and faults on request."""
import asyncio

from fake_interop import Over
from mallbots.interop.v1 import interop_pb2 as messages
from mallbots.wire.v1 import wire_pb2 as pb

from .faulty import Faulty


class LosesTheConnection(Faulty):
    """When a call is reset, by either side."""
    fails = {name: "UNAVAILABLE" for name in (
        "cancel_after_begin", "cancel_after_first_response", "timeout_on_sleeping_server", "rst_after_header", "rst_during_data",
        "rst_after_data", "rst_without_code", "unary_too_large")}

    def cancelled(self, call):
        call.cut()

    def reset(self, call, code):
        super().reset(call, code)
        asyncio.get_running_loop().call_later(0.01, call.cut)
        asyncio.get_running_loop().call_soon(call.session.calls.clear)

    async def EmptyCall(self, call):
        if call.fault == "list":
            return await super().EmptyCall(call)
        await asyncio.sleep(0.1)
        call.cut()


class NoPings(Faulty):
    keepalive_ms = 0
    fails = {"ping": "silent"}

    def pinged(self, peer, ping):
        pass


class OnlyPingsItself(Faulty):
    """Which keeps the connection, but is no answer."""
    fails = {"ping": "does not answer a ping"}

    def pinged(self, peer, ping):
        if not ping.ack:
            self.ping(peer)


class NoGoAway(Faulty):
    fails = {"goaway": "no GoAway"}

    def go_away(self, call):
        pass


class GoAwayEndsStreams(Faulty):
    fails = {"goaway": "UNAVAILABLE"}

    def go_away(self, call):
        super().go_away(call)
        for each in list(call.session.calls.values()):
            if each is not call:
                each.end(status=pb.Status(code=14))


class GoAwayForgetsStreams(Faulty):
    """Its last_stream_id says that even the calls that are open were not begun."""
    fails = {"goaway": "UNAVAILABLE"}

    def go_away(self, call):
        call.session.last = 0
        super().go_away(call)


class NeverResets(Faulty):
    """The faults are listed, and nothing comes of them."""
    fails = {
        "rst_after_header": "OK instead of ABORTED", "rst_during_data": "OK instead of ABORTED", "rst_after_data": "OK instead of ABORTED",
        "rst_without_code": "OK instead of UNKNOWN", "goaway": "number of answers|no GoAway"}

    def reset(self, call, code):
        raise Over(0)

    def go_away(self, call):
        raise Over(0)


class ResetsTooLate(Faulty):
    """Statuses in place of resets lose no answer: three of four came."""
    fails = {"rst_during_data": "number of answers: 3 instead of 2"}

    def before_reset(self, count):
        return count - 1

    def reset(self, call, code):
        raise Over(code)


class LessBeforeAReset(Faulty):
    """The client has time to take the answers."""
    fails = {"rst_during_data": "answer 1: 31414 bytes"}

    def payload(self, size):
        return super().payload(size - 1)

    async def misbehave_in_the_middle(self, call, request):
        await self.answer_all(call, messages.StreamingOutputRequest(answers=request.answers[:2]))
        await asyncio.sleep(0.1)
        self.reset(call, 10)


class NeverCuts(Faulty):
    seconds = 2
    fails = {"reconnect_after_break": "not over"}

    def cut(self, call):
        pass


class CutsInOrder(Faulty):
    """It ends the call well before it closes the connection."""
    fails = {"reconnect_after_break": "OK instead of UNAVAILABLE"}

    def cut(self, call):
        call.end(status=pb.Status())


class GoesAwayForGood(Faulty):
    fails = {"reconnect_after_break": "no second connection"}

    def cut(self, call):
        self.server.close()
        super().cut(call)
