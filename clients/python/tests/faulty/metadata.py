"""What is wrong with metadata, and with who is calling."""
from fake_interop import INITIAL
from mallbots.interop.v1 import interop_pb2 as messages
from mallbots.wire.v1 import wire_pb2 as pb

from .faulty import Faulty


class NoInitialMetadata(Faulty):
    fails = {"custom_metadata": "initial metadata", "repeated_metadata": "initial metadata", "rst_after_header": "initial metadata"}

    def initial(self, call):
        pass

    async def misbehave(self, call, answer):
        call.headers_sent = True
        await super().misbehave(call, answer)


class LateInitialMetadata(Faulty):
    fails = {"custom_metadata": "headers again, or after a message"}

    async def FullDuplexCall(self, call):
        await self.answer_all(call, await call.read(messages.StreamingOutputRequest))
        self.initial(call)


class OtherInitialMetadata(Faulty):
    fails = {"custom_metadata": "'test_initial_metadata_valu'", "repeated_metadata": "'firs', 'secon'"}

    def initial(self, call):
        call.headers([pb.MetadataEntry(key=each.key, value=each.value[:-1]) for each in call.metadata(INITIAL)])


class NoTrailingMetadata(Faulty):
    fails = {"custom_metadata": "trailing metadata", "repeated_metadata": "trailing metadata"}

    def trailing(self, call):
        return []


class OtherTrailingMetadata(Faulty):
    """Bytes as a careless server has them: until the first that is 0, and none twice."""
    fails = {"repeated_metadata": "trailing metadata"}

    def trailing(self, call):
        return super().trailing(call)[:1]


class TrailingMetadataWithLessBytes(Faulty):
    fails = {"custom_metadata": "trailing metadata", "repeated_metadata": "trailing metadata"}

    def trailing(self, call):
        return [pb.MetadataEntry(key=each.key, binary_value=each.binary_value[:-1]) for each in super().trailing(call)]


class KnowsNobody(Faulty):
    fails = {"client_identity": "caller: ''"}

    def caller(self, call):
        return ""
