"""What is wrong with the ends of calls, deadlines included."""
import asyncio

from fake_interop import Over
from mallbots.interop.v1 import interop_pb2 as messages
from mallbots.wire.v1 import wire_pb2 as pb

from .faulty import Faulty


class OtherCode(Faulty):
    fails = {
        "status_code_and_message": "ABORTED", "special_status_message": "ABORTED", "every_status_code": "ABORTED",
        "unimplemented_method": "NOT_FOUND", "unimplemented_service": "NOT_FOUND", "unary_too_large": "INTERNAL",
        "rst_after_header": "CANCELLED", "rst_during_data": "CANCELLED", "rst_after_data": "CANCELLED", "rst_without_code": "CANCELLED"}

    def ask_to_end(self, call, status):
        raise Over(10, status.message)

    def absent(self, call):
        raise Over(5, "not found")

    def end(self, call, code, message):
        super().end(call, 13 if code == 8 else code, message)

    def reset(self, call, code):
        super().reset(call, 1)


class OneCodeWrong(Faulty):
    fails = {"every_status_code": "INTERNAL"}

    def ask_to_end(self, call, status):
        raise Over(13 if status.code == 15 else status.code, status.message)


class OtherMessage(Faulty):
    fails = {
        "status_code_and_message": "message: 'test status'", "special_status_message": "message", "every_status_code": "message",
        "unary_too_large": "does not name the limit"}

    def ask_to_end(self, call, status):
        raise Over(status.code, status.message[:11])

    def end(self, call, code, message):
        super().end(call, code, "too large" if code == 8 else message)


class EscapesMessages(Faulty):
    fails = {"special_status_message": "message"}

    def ask_to_end(self, call, status):
        raise Over(status.code, status.message.encode("ascii", "replace").decode())


class OnlyUnaryStatuses(Faulty):
    fails = {"status_code_and_message": "OK instead of UNKNOWN"}

    async def FullDuplexCall(self, call):
        await call.read(messages.StreamingOutputRequest)


class AnswersBeforeAnError(Faulty):
    fails = {name: "number of answers before" for name in (
        "status_code_and_message", "special_status_message", "every_status_code", "unimplemented_method", "unimplemented_service",
        "rst_after_header", "rst_without_code")}

    def ask_to_end(self, call, status):
        call.send(message=b"")
        super().ask_to_end(call, status)

    def absent(self, call):
        call.send(message=b"")
        super().absent(call)

    async def misbehave(self, call, answer):
        """In place of resets statuses, which lose no answer."""
        self.initial(call)
        if call.fault == "reset-after-header":
            call.headers([pb.MetadataEntry(key="x-mallbots-fault", value="reset-after-header")])
        call.send(message=b"")
        raise Over(2 if call.fault == "reset-without-code" else 10)


class NoLimit(Faulty):
    """It sends what its client does not take."""
    fails = {"unary_too_large": "UNAVAILABLE|no new calls"}

    async def UnaryCall(self, call):
        await call.read(messages.UnaryRequest)
        call.send(message=bytes(1_048_576))


class Hasty(Faulty):
    """It never sleeps."""
    fails = {"timeout_on_sleeping_server": "OK instead of DEADLINE_EXCEEDED", "server_pushback": "could be sent|went on with another stream"}

    async def sleep(self, seconds):
        pass


class HastyDeadline(Faulty):
    fails = {"timeout_on_sleeping_server": r"the deadline of 200 ms ended the call after \d{1,3} ms"}

    async def sleep(self, seconds):
        raise Over(4, "surely too late")


class StreamsThatStayOpen(Faulty):
    seconds = 2
    fails = {"max_streams": "not over", "ping_pong": "not over", "empty_stream": "not over"}

    async def FullDuplexCall(self, call):
        await super().FullDuplexCall(call)
        await asyncio.sleep(60)
