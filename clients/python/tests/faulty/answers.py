"""What is wrong with the answers."""
from fake_interop import INITIAL
from mallbots.interop.v1 import interop_pb2 as messages

from .faulty import Faulty


class ByteLess(Faulty):
    fails = {name: "bytes instead of" for name in (
        "large_unary", "server_streaming", "ping_pong", "half_duplex", "custom_metadata", "cancel_after_first_response", "max_streams",
        "thousands_of_calls", "server_pushback", "client_pushback", "goaway")}

    def payload(self, size):
        return super().payload(max(0, size - 1))


class NotZero(Faulty):
    fails = {name: "not all zero" for name in ("large_unary", "server_streaming", "ping_pong", "client_pushback")}

    def payload(self, size):
        return messages.Payload(body=bytes(max(0, size - 1)) + b"\1"[:size])


class OtherAnswers(Faulty):
    """One answer more than was asked for, or an EmptyMessage that is not empty."""
    fails = {
        "empty_unary": "bytes of the EmptyMessage", "server_streaming": "number of answers: 5 instead of 4",
        "ping_pong": "bytes instead of 9", "half_duplex": "answer 5|number of answers|bytes instead of", "empty_stream": "number of answers: 1",
        "large_unary": "number of answers: 2"}

    async def EmptyCall(self, call):
        await call.answer(messages.UnaryResponse(caller="me"))

    async def UnaryCall(self, call):
        for _ in range(2):
            await call.answer(messages.UnaryResponse(payload=self.payload(314_159)))

    async def FullDuplexCall(self, call):
        await super().FullDuplexCall(call)
        await call.answer(messages.StreamingOutputResponse())

    async def answer_all(self, call, request):
        await super().answer_all(call, request)
        await call.answer(messages.StreamingOutputResponse(payload=self.payload(7)))


class NoAnswer(Faulty):
    fails = {
        "empty_unary": "number of answers before OK: 0", "large_unary": "number of answers: 0 instead of 1",
        "client_streaming": "number of answers before OK: 0", "repeated_metadata": "0 instead of 1", "client_identity": "0 instead of 1",
        "ping": "0 instead of 1"}

    async def EmptyCall(self, call):
        pass

    UnaryCall = StreamingInputCall = EmptyCall


class FewerAnswers(Faulty):
    fails = {
        "server_streaming": "3 instead of 4", "half_duplex": "0 instead of 4", "client_pushback": "127 instead of 128",
        "ping_pong": "not over", "server_pushback": "could be sent"}
    seconds = 8

    async def answer_all(self, call, request):
        del request.answers[-1]
        await super().answer_all(call, request)


class Backwards(Faulty):
    fails = {
        "server_streaming": "answer 1: 58979", "half_duplex": "answer 1: 58979", "repeated_metadata": r"initial metadata .*\['second', 'first'\]"}

    async def StreamingOutputCall(self, call):
        request = await call.read(messages.StreamingOutputRequest)
        for form in reversed(request.answers):
            await call.answer(messages.StreamingOutputResponse(payload=self.payload(form.bytes)))

    async def HalfDuplexCall(self, call):
        requests = []
        while (request := await call.read(messages.StreamingOutputRequest)) is not None:
            requests.append(request)
        for request in reversed(requests):
            await self.answer_all(call, request)

    def initial(self, call):
        call.headers(call.metadata(INITIAL)[::-1])


class Miscounts(Faulty):
    fails = {"client_streaming": "payload_bytes: 74921 instead of 74922"}

    def total(self, count):
        return count - 1


class AnswersBeforeTheHalfClose(Faulty):
    fails = {"half_duplex": "an answer came before the half-close"}

    async def HalfDuplexCall(self, call):
        await self.FullDuplexCall(call)


class EndsBeforeTheHalfClose(Faulty):
    fails = {
        "half_duplex": "the end came before", "ping_pong": "OK where an answer is due", "cancel_before_start": "UNAVAILABLE|ended meanwhile",
        "server_pushback": "OK where an answer is due"}

    async def HalfDuplexCall(self, call):
        pass

    FullDuplexCall = HalfDuplexCall


class MixesAnswers(Faulty):
    fails = {"thousands_of_calls": "98 bytes instead of 99"}

    def payload(self, size):
        return super().payload(98 if size == 99 else size)
