"""The client does what docs/protocol.md shows, byte by byte."""
import json
import os
import pathlib
import re
import unittest

from fake import Server, client_tls
from google.protobuf import json_format
from mallbots.bots.v1.bots_pb2 import GetMapRequest, GetMapResponse
from mallbots.wire import connect
from mallbots.wire.v1 import wire_pb2 as pb

PAGE = pathlib.Path(os.environ.get("MALLBOTS_PROTOCOL_PAGE", pathlib.Path(__file__).resolve().parents[3] / "docs/protocol.md"))
BLOCK = re.compile(r"(?:\*\*(Client|Server)\*\*[^\n]*\n\n)?```wire-frame\n([^\n]*)\n((?:> [^\n]*\n)+)```")


def blocks():
    """Who sends it (in the whole call), the JSON and the bytes of each block."""
    for side, text, lines in BLOCK.findall(PAGE.read_text()):
        yield side, json.loads(text), bytes.fromhex("".join(lines.replace("> ", "").split()))


class PageTests(unittest.IsolatedAsyncioTestCase):
    def test_every_example_is_what_it_says(self):
        examples = list(blocks())
        self.assertGreaterEqual(len(examples), 15)
        for _, text, data in examples:
            with self.subTest(text):
                frame = pb.Frame.FromString(data[4:])
                self.assertEqual(int.from_bytes(data[:4], "big"), len(data) - 4)
                self.assertEqual(json_format.MessageToDict(frame), text)
                self.assertEqual(json_format.ParseDict(text, pb.Frame()).SerializeToString(), data[4:])

    async def test_the_whole_call(self):
        theirs = [data for side, _, data in blocks() if side == "Server"]
        ours = b"".join(data for side, _, data in blocks() if side == "Client")
        got = b""

        async def script(peer):
            nonlocal got
            peer.raw(theirs.pop(0))
            while data := await peer.reader.read(65536):
                got += data
                if pb.Frame(stream_id=1, message=b"", end=True).SerializeToString() in got:
                    peer.raw(b"".join(theirs))
                    theirs.clear()
        async with Server(script, hello=None) as port:
            async with await connect("127.0.0.1", port, client_tls(), agent="robot/1.0") as connection:
                answer = await connection.unary("/mallbots.bots.v1.BotService/GetMap", GetMapRequest(), GetMapResponse)
                self.assertEqual(answer.mall.name, "Corner Mall")
        self.assertEqual(got.hex(" "), ours.hex(" "))


if __name__ == "__main__":
    unittest.main()
