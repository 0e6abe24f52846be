"""The interoperability cases against a server that is right, and against servers and clients with one planted fault each."""
import asyncio
import itertools
import os
import pathlib
import re
import unittest
from dataclasses import replace
from unittest import mock

from fake import CA, CLIENT_NAME, Server, named_client_tls
from fake_interop import Interop
from faulty import PLANTED
from mallbots.interop import CASES, Target, run
from mallbots.interop.checks import CheckFailed
from mallbots.interop.connections import expect_waits
from mallbots.interop.v1 import interop_pb2 as messages
from mallbots.wire import Client, Connection, tls_context
from mallbots.wire.connection import Call
from mallbots.wire.v1 import wire_pb2 as pb

PAGE = pathlib.Path(os.environ.get("MALLBOTS_INTEROP_PAGE", pathlib.Path(__file__).resolve().parents[3] / "docs/interop.md"))
# It keeps the loop busy, so that nothing that looks at the time can run beside it.
BUSY = "thousands_of_calls"


def target(port, **more):
    return Target("127.0.0.1", port, more.pop("tls", None) or named_client_tls(), more.pop("identity", CLIENT_NAME))


async def result(name, port, seconds=10, **more):
    return await run(replace(CASES[name], seconds=seconds), target(port, **more))


class PageTests(unittest.TestCase):
    def test_the_page_has_the_same_cases_in_the_same_order(self):
        rows = re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text().split("## The cases")[1], re.MULTILINE)
        self.assertEqual(rows, list(CASES))


class CoverageTests(unittest.TestCase):
    def test_every_case_that_looks_at_the_server_has_a_fault_that_fails_it(self):
        tried_on_the_client = {"timeout_before_start", "backoff", "tls_name_mismatch"}  # see ClientTests
        self.assertEqual({name for each in PLANTED for name in each.fails}, set(CASES) - tried_on_the_client)


class ServerTests(unittest.IsolatedAsyncioTestCase):
    async def test_every_case_passes_against_a_server_that_is_right(self):
        async with Interop() as port:
            got = await asyncio.gather(*(result(name, port) for name in CASES if name != BUSY))
            with mock.patch("mallbots.interop.load.CALLS", 1_000):
                got.append(await result(BUSY, port, seconds=60))
        self.assertEqual([(each.case, each.why) for each in got if each.result != "passed"], [])
        self.assertEqual(len(got), len(CASES))

    async def test_a_planted_fault_fails_its_cases(self):
        few = asyncio.Semaphore(8)  # so that none is late for want of a turn

        async def check(planted, name, why):
            async with few, planted() as port:
                got = await result(name, port, seconds=planted.seconds)
            return None if got.result == "failed" and re.search(why, got.why) else f"{planted.__name__}: {got}"
        with mock.patch("mallbots.interop.load.CALLS", 100):
            wrong = await asyncio.gather(*(
                check(planted, name, why) for planted in PLANTED for name, why in planted.fails.items()))
        self.assertFalse("\n".join(each for each in wrong if each))

    async def test_what_a_server_cannot_show_is_skipped(self):
        class Small(Interop):
            faults = []
            max_frame_bytes, max_streams = 65_536, 1_001

            async def EmptyCall(self, call):  # it knows nothing of lists
                await call.answer(messages.EmptyMessage())

        async with Small() as port:
            got = {name: await result(name, port, identity=None) for name in (
                "large_unary", "client_identity", "cancel_before_start", "max_streams", "goaway", "rst_after_data", "custom_metadata")}
        for name, why in {
            "large_unary": "takes frames of 65536", "client_identity": "--cert", "cancel_before_start": "1001 calls",
            "max_streams": "1001 calls", "goaway": "does not do faults", "rst_after_data": "does not do faults"}.items():
            self.assertEqual(got[name].result, "skipped", got[name])
            self.assertIn(why, got[name].why)
        self.assertEqual(got["custom_metadata"].result, "passed", got["custom_metadata"])

    async def test_a_server_without_bounds(self):
        class Large(Interop):
            max_frame_bytes = 2**32 - 1
        async with Large() as port:
            got = await result("unary_too_large", port)
        self.assertEqual(got.result, "skipped")
        self.assertIn("4294967295", got.why)

    async def test_a_server_with_some_of_the_faults(self):
        class Some(Interop):
            faults = ["cut"]
        async with Some() as port:
            self.assertIn("'goaway'", (await result("goaway", port)).why)

    async def test_a_server_that_is_no_server_for_these_cases(self):
        class Other(Interop):
            async def handle(self, call):
                self.end(call, 12, "no such service")
        async with Other() as port:
            for name in ("empty_unary", "ping_pong", "unimplemented_method", "rst_after_data", "goaway"):
                got = await result(name, port)
                self.assertEqual(got.result, "failed")
                self.assertIn("InteropService", got.why)
            self.assertEqual((await result("unimplemented_service", port)).result, "passed")

    async def test_a_connection_that_breaks_fails_the_case(self):
        async def script(peer):
            await peer.read("open")
            peer.writer.transport.abort()
        async with Server(script) as port:
            got = await result("empty_unary", port)
        self.assertEqual(got.result, "failed")
        self.assertIn("UNAVAILABLE", got.why)

    async def test_a_case_with_a_mistake_of_its_own_fails(self):
        async def wrong(_):
            raise ZeroDivisionError("oh")
        got = await run(replace(CASES["empty_unary"], run=wrong), target(1))
        self.assertEqual((got.result, got.why), ("failed", "ZeroDivisionError: oh"))


class ClientTests(unittest.IsolatedAsyncioTestCase):
    """Cases that try the client: with a fault planted in it they must fail, too."""

    async def fails(self, name, why, seconds=5, server=Interop, **more):
        faulty = server()
        async with faulty as port:
            got = await result(name, port, seconds=seconds, **more)
            faulty.errors.clear()  # of a client that breaks rules
        self.assertEqual(got.result, "failed", got)
        self.assertRegex(got.why, why)

    async def test_one_that_does_not_wait_for_its_turn(self):
        with mock.patch.object(Connection, "_admits", lambda *_: True):
            await self.fails("cancel_before_start", "RESOURCE_EXHAUSTED: too many calls instead of CANCELLED")
            await self.fails("max_streams", "one more did not wait")

    async def test_one_whose_cancelled_calls_do_not_end(self):
        with mock.patch.object(Call, "cancel", lambda *_: None):
            await self.fails("cancel_before_start", "has not ended")
            await self.fails("cancel_after_begin", "not over", seconds=1)
            await self.fails("cancel_after_first_response", "not over", seconds=1)

    async def test_one_that_cancels_more_than_it_is_told(self):
        cancel = Call.cancel

        def cancel_all(call, *arguments):
            for each in [call, *call._connection._calls.values()]:
                cancel(each, *arguments)
        with mock.patch.object(Call, "cancel", cancel_all):
            await self.fails("cancel_before_start", "stays open ended meanwhile")

    async def test_one_that_forgets_deadlines(self):
        call = Connection.call
        with mock.patch.object(Connection, "call", lambda *arguments, timeout=None, **more: call(*arguments, **more)):
            await self.fails("timeout_before_start", "UNAVAILABLE")
            await self.fails("timeout_on_sleeping_server", "not over", seconds=3)

    async def test_one_that_sends_without_credit(self):
        class Endless:
            def __gt__(self, _):
                return True

            def __add__(self, _):
                return self
            __sub__ = __add__
        opening = Call.open

        async def open(call):
            await opening(call)
            call._credit = Endless()
            return call
        with mock.patch.object(Call, "open", open):
            await self.fails("server_pushback", "ended with UNAVAILABLE|could be sent")

    async def test_one_that_does_not_answer_pings(self):
        receive = Connection._receive
        with mock.patch.object(
                Connection, "_receive", lambda self, frame: None if frame.WhichOneof("kind") == "ping" and not frame.ping.ack
                else receive(self, frame)):
            await self.fails("ping", "UNAVAILABLE", seconds=10)

    async def test_one_that_waits_too_little_or_too_long(self):
        with mock.patch("mallbots.wire.client.backoff", lambda *_: itertools.repeat(0.1)):
            await self.fails("backoff", r"wait after failed attempt 1 was 0\.1\d s instead of 1 s")
        for waits in ([0.81, 1.3, 2.1], [1.6, 2.4, 3.5]):
            expect_waits(waits)
        for number, waits in ((1, [0.7, 1.6, 2.56]), (2, [1, 1, 1]), (3, [1, 1.6, 1.6]), (1, [1.8, 1.6, 2.56]), (3, [1, 1.6, 4])):
            with self.assertRaisesRegex(CheckFailed, f"attempt {number}"):
                expect_waits(waits)

    async def test_one_that_thinks_it_is_connected(self):
        async def ready(self, wait=True):
            return object()
        with mock.patch.object(Client, "ready", ready):
            await self.fails("backoff", "nothing listens")

    async def test_one_that_never_comes_back(self):
        came = Client.ready

        async def ready(self, wait=True):
            if self.connections:
                await asyncio.sleep(60)
            return await came(self, wait)
        with mock.patch.object(Client, "ready", ready):
            await self.fails("reconnect_after_break", "no second connection", seconds=8)

    async def test_one_that_takes_any_name(self):
        lax = tls_context(ca=CA)
        lax.check_hostname = False
        await self.fails("tls_name_mismatch", "does not name wrong-name", tls=lax)

    async def test_one_that_does_not_look_at_the_name_but_finds_nobody(self):
        lax = tls_context(ca=CA)
        lax.check_hostname = False

        class Leaving(Server):
            def __init__(self):
                super().__init__(self.leave, hello=None)

            async def leave(self, peer):
                peer.send(pb.Frame(go_away=pb.GoAway(code=14)))

        class Newer(Interop):
            min_version = 2
        await self.fails("tls_name_mismatch", "did not refuse", server=Leaving, tls=lax)
        await self.fails("tls_name_mismatch", "UNIMPLEMENTED: .* instead of UNAVAILABLE", server=Newer, tls=lax)


if __name__ == "__main__":
    unittest.main()
