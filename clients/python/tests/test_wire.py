"""The client against servers that obey the protocol, and ones that do not."""
import asyncio
import unittest

from fake import HELLO, Server, client_tls
from mallbots.bots.v1.bots_pb2 import FromBot, Goodbye, ToBot
from mallbots.wire import Client, Code, WireError, backoff, connect
from mallbots.wire.status import encode_metadata
from mallbots.wire.v1 import wire_pb2 as pb

METHOD = "/test.Test/Test"


def text(size):
    return FromBot(goodbye=Goodbye(reason="x" * size))


def sized(length):
    """A message of so many bytes."""
    return next(each for each in (text(length - less) for less in range(12)) if each.ByteSize() == length)


def answer(stream, count=1):
    """Messages, and a status."""
    return [pb.Frame(stream_id=stream, message=ToBot(report_ack=n + 1).SerializeToString()) for n in range(count)] + [
        pb.Frame(stream_id=stream, status=pb.Status())]


async def echo(peer):
    """Ends each call well, with one message, when its caller has ended."""
    while (frame := await peer.read()) is not None:
        if frame.end:
            peer.send(*answer(frame.stream_id))


async def listen(peer):
    while await peer.read() is not None:
        pass


class WireTests(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.timer = asyncio.get_running_loop().call_later(20, asyncio.current_task().cancel)

    async def asyncTearDown(self):
        self.timer.cancel()

    async def fails(self, code, awaitable, text=""):
        with self.assertRaises(WireError) as caught:
            await awaitable
        self.assertEqual(caught.exception.code, code, caught.exception)
        self.assertIn(text, str(caught.exception))
        return caught.exception.status

    # --- connecting ---

    async def test_a_server_without_our_protocol_is_refused(self):
        async with Server(listen, alpn=None, hello=None) as port:
            await self.fails(Code.UNAVAILABLE, connect("127.0.0.1", port, client_tls()), "not Wire")

    async def test_a_server_with_another_name_is_refused(self):
        async with Server(listen) as port:
            await self.fails(Code.UNAVAILABLE, connect("127.0.0.1", port, client_tls(), server_name="elsewhere"), "certificate")

    async def test_go_away_in_place_of_hello_says_why(self):
        async def script(peer):
            peer.send(pb.Frame(go_away=pb.GoAway(code=12, message="version 7 only")))
        async with Server(script, hello=None) as port:
            await self.fails(Code.UNAVAILABLE, connect("127.0.0.1", port, client_tls()), "version 7 only")

    async def test_no_version_in_common(self):
        async with Server(listen, hello=pb.Frame(hello=pb.Hello(min_version=2, max_version=3))) as port:
            await self.fails(Code.UNIMPLEMENTED, connect("127.0.0.1", port, client_tls()), "2 to 3")

    async def test_a_closed_port(self):
        async with Server(listen) as port:
            pass
        status = await self.fails(Code.UNAVAILABLE, connect("127.0.0.1", port, client_tls()))
        self.assertFalse(status.begun)

    # --- what a server must not do ---

    async def broken(self, code, *frames, raw=None):
        """The connection ends, and the server is told with which code."""
        told = asyncio.get_running_loop().create_future()

        async def script(peer):
            await peer.read("open")
            if raw is not None:
                peer.raw(raw)
            peer.send(*frames)
            told.set_result(await peer.read("go_away"))
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            async with connection.call(METHOD, ToBot) as call:
                status = await call.status()
            self.assertEqual(status.code, code, status)
            self.assertEqual((await connection.wait_closed()).code, code)
            self.assertEqual((await told).go_away.code, code)

    async def test_broken_frames_end_the_connection(self):
        for name, code, frames, raw in [
            ("empty", Code.INTERNAL, [], bytes(4)),
            ("too large", Code.RESOURCE_EXHAUSTED, [], (65_537).to_bytes(4, "big")),
            ("no frame", Code.INTERNAL, [b"\x0a\xff"], None),
            ("no UTF-8", Code.INTERNAL, [b"\x08\x01\x32\x03\x12\x01\xff"], None),
            ("a second hello", Code.INTERNAL, [HELLO], None),
            ("hello on a stream", Code.INTERNAL, [pb.Frame(stream_id=1, hello=pb.Hello())], None),
            ("open from a server", Code.INTERNAL, [pb.Frame(stream_id=1, open=pb.Open())], None),
            ("a stream that never was", Code.INTERNAL, answer(2), None),
            ("a message on stream 0", Code.INTERNAL, [pb.Frame(message=b"")], None),
            ("headers twice", Code.INTERNAL, [pb.Frame(stream_id=1, headers=pb.Headers())] * 2, None),
            ("headers after a message", Code.INTERNAL, [pb.Frame(stream_id=1, message=b""), pb.Frame(stream_id=1, headers=pb.Headers())], None),
            ("credit overflow", Code.RESOURCE_EXHAUSTED, [pb.Frame(stream_id=1, credit=pb.Credit(bytes=2**31 - 1))], None),
            ("messages without credit", Code.RESOURCE_EXHAUSTED, [pb.Frame(stream_id=1, message=b"")] * 2049, None),
        ]:
            with self.subTest(name):
                await self.broken(code, *frames, raw=raw)

    async def test_the_first_frame_is_not_hello(self):
        async def script(peer):
            peer.send(pb.Frame(ping=pb.Ping()))
            await listen(peer)
        async with Server(script, hello=None) as port:
            await self.fails(Code.INTERNAL, connect("127.0.0.1", port, client_tls()), "not Hello")

    async def test_unknown_kinds_late_frames_and_empty_ones_are_ignored(self):
        async def script(peer):
            await peer.read("open")
            unknown = b"\xca\x01\x01x"  # field 25
            peer.send(unknown, b"\x08\x01" + unknown, pb.Frame(stream_id=1), pb.Frame(stream_id=1, end=True))
            peer.send(*answer(1), *answer(1), pb.Frame(stream_id=1, credit=pb.Credit(bytes=5)), pb.Frame(stream_id=1, reset=pb.Reset()))
            await echo(peer)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            for _ in range(2):
                self.assertEqual((await connection.unary(METHOD, FromBot(), ToBot)).report_ack, 1)

    async def test_frames_cut_at_every_byte(self):
        wanted = b"".join(
            len(each).to_bytes(4, "big") + each for each in (frame.SerializeToString() for frame in answer(1, 3)))
        for cut in range(len(wanted)):
            connection = await self.quiet()
            call = await connection.call(METHOD, ToBot).open()
            connection.data_received(wanted[:cut])
            connection.data_received(wanted[cut:])
            self.assertEqual([each.report_ack async for each in call], [1, 2, 3])

    async def quiet(self):
        """A connection on a transport that goes nowhere."""
        from unittest import mock

        from mallbots.wire.connection import Connection
        connection = Connection(pb.Hello(max_frame_bytes=65536, initial_credit_bytes=65536))
        transport = mock.Mock()
        transport.get_extra_info.return_value.selected_alpn_protocol.return_value = "mallbots/1"
        connection.connection_made(transport)
        connection.data_received(len(HELLO.SerializeToString()).to_bytes(4, "big") + HELLO.SerializeToString())
        return connection

    # --- credit ---

    async def test_a_sender_stops_without_credit_and_goes_on_with_it(self):
        got = []

        async def script(peer):
            await peer.read("open")
            while (frame := await peer.read("message", "ping")) is not None:
                got.append(frame.WhichOneof("kind"))
                if got.count("ping") == 2:  # what was overdrawn, and one byte
                    peer.send(pb.Frame(stream_id=1, credit=pb.Credit(bytes=60_001)))
                if got[-1] == "ping":
                    peer.send(pb.Frame(ping=pb.Ping(opaque=frame.ping.opaque, ack=True)))
                elif frame.end:
                    peer.send(*answer(1))
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            async with connection.call(METHOD, ToBot) as call:
                for _ in range(63):
                    await call.send(sized(1024))
                await call.send(sized(1023))
                await call.send(sized(60_001))  # on one byte of credit
                blocked = asyncio.ensure_future(call.send(FromBot(), end=True))
                await connection.ping()
                self.assertEqual(got, ["message"] * 65 + ["ping"])
                await connection.ping()
                self.assertTrue(await blocked)
                await call.single()

    async def test_empty_messages_take_credit_too(self):
        async with Server(listen) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            async with connection.call(METHOD, ToBot) as call:
                for _ in range(2048):
                    await call.send(FromBot())
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(call.send(FromBot()), 0.1)

    async def test_credit_is_given_for_what_was_taken_in_few_grants(self):
        granted = []

        async def script(peer):
            await peer.read("open")
            credit, sent = 65536, 0
            while sent < 10_000:
                while credit > 0 and sent < 10_000:
                    peer.send(pb.Frame(stream_id=1, message=b""))
                    credit, sent = credit - 32, sent + 1
                if sent < 10_000:
                    granted.append((await peer.read("credit")).credit.bytes)
                    credit += granted[-1]
            peer.send(pb.Frame(stream_id=1, status=pb.Status()))
            await listen(peer)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            async with connection.call(METHOD, ToBot) as call:
                self.assertEqual(len([each async for each in call]), 10_000)
        self.assertLessEqual(len(granted), 10_000 * 32 // 32768 + 1)

    async def test_a_message_that_the_server_does_not_take_ends_its_call_only(self):
        async with Server(echo) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            await self.fails(Code.RESOURCE_EXHAUSTED, connection.unary(METHOD, text(70_000), ToBot), "70")
            await connection.unary(METHOD, text(60_000), ToBot)

    # --- calls ---

    async def test_calls_beyond_what_the_server_takes_wait_in_turn(self):
        open_now, most = set(), 0

        async def script(peer):
            nonlocal most
            while (frame := await peer.read()) is not None:
                if frame.WhichOneof("kind") == "open":
                    open_now.add(frame.stream_id)
                    most = max(most, len(open_now))
                if frame.end:
                    open_now.discard(frame.stream_id)
                    peer.send(*answer(frame.stream_id))
        hello = pb.Frame(hello=pb.Hello(min_version=1, max_version=1, max_streams=3))
        async with Server(script, hello=hello) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            await asyncio.gather(*(connection.unary(METHOD, FromBot(), ToBot) for _ in range(500)))
            self.assertLessEqual(most, 3)
            # One that waits for its turn can be given up, by time and by hand; the others get theirs.
            held = [await connection.call(METHOD, ToBot).open() for _ in range(3)]
            await self.fails(Code.DEADLINE_EXCEEDED, connection.unary(METHOD, FromBot(), ToBot, timeout=0.05))
            waiting = connection.call(METHOD, ToBot)
            opening = asyncio.ensure_future(waiting.open())
            await asyncio.sleep(0)
            waiting.cancel()
            await self.fails(Code.CANCELLED, opening)
            task = asyncio.ensure_future(connection.unary(METHOD, FromBot(), ToBot))
            await asyncio.sleep(0)
            task.cancel()
            last = asyncio.ensure_future(connection.unary(METHOD, FromBot(), ToBot))
            await asyncio.sleep(0)
            held[0].cancel()
            await last

    async def test_a_deadline_resets_the_call(self):
        seen = asyncio.Queue()

        async def script(peer):
            while (frame := await peer.read()) is not None:
                seen.put_nowait(frame)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            await self.fails(Code.DEADLINE_EXCEEDED, connection.unary(METHOD, FromBot(), ToBot, timeout=0.1))
            opened, _, reset = [await seen.get() for _ in range(3)]
            self.assertTrue(0 < opened.open.timeout_ms <= 100)
            self.assertEqual(reset.reset.code, Code.DEADLINE_EXCEEDED)
            status = await self.fails(Code.DEADLINE_EXCEEDED, connection.unary(METHOD, FromBot(), ToBot, timeout=0))
            self.assertFalse(status.begun)

    async def test_leaving_a_call_cancels_it(self):
        seen = asyncio.Queue()

        async def script(peer):
            while (frame := await peer.read("reset")) is not None:
                seen.put_nowait(frame.reset.code)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            async with connection.call(METHOD, ToBot) as call:
                self.assertFalse(call.done)
            self.assertTrue(call.done)
            self.assertEqual(await seen.get(), Code.CANCELLED)
            task = asyncio.ensure_future(connection.unary(METHOD, FromBot(), ToBot))
            await asyncio.sleep(0.01)
            task.cancel()
            self.assertEqual(await seen.get(), Code.CANCELLED)

    async def test_status_headers_and_trailing_metadata(self):
        entries = [pb.MetadataEntry(key="a", value="1"), pb.MetadataEntry(key="a", value="2"), pb.MetadataEntry(key="b-bin", binary_value=b"\0")]

        async def script(peer):
            frame = await peer.read("open")
            self.assertEqual([each.key for each in frame.open.metadata], ["x", "y-bin"])
            peer.send(
                pb.Frame(stream_id=1, headers=pb.Headers(metadata=entries)), pb.Frame(stream_id=1, message=b""),
                pb.Frame(stream_id=1, status=pb.Status(code=5, message="none", metadata=entries[2:])))
            await listen(peer)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            async with connection.call(METHOD, ToBot, metadata=[("x", "1"), ("y-bin", b"\xff")]) as call:
                self.assertEqual(await call.headers(), (("a", "1"), ("a", "2"), ("b-bin", b"\0")))
                self.assertEqual(await call.receive(), ToBot())
                with self.assertRaises(WireError) as caught:
                    await call.receive()
                self.assertEqual(caught.exception.status.metadata, (("b-bin", b"\0"),))
                self.assertEqual(caught.exception.code, Code.NOT_FOUND)

    async def test_an_early_answer_stops_the_sender(self):
        async def script(peer):
            await peer.read("open")
            peer.send(*answer(1))
            await listen(peer)

        async def forever():
            while True:
                yield text(1000)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            self.assertEqual((await connection.client_streaming(METHOD, forever(), ToBot)).report_ack, 1)

    async def test_none_or_two_answers_where_one_is_due(self):
        async def script(peer):
            await peer.read("open")
            peer.send(*answer(1, 0))
            await peer.read("open")
            peer.send(*answer(2, 2))
            await peer.read("open")
            peer.send(pb.Frame(stream_id=3, message=b"\xff"))
            await listen(peer)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            await self.fails(Code.INTERNAL, connection.unary(METHOD, FromBot(), ToBot), "no answer")
            await self.fails(Code.INTERNAL, connection.unary(METHOD, FromBot(), ToBot), "more than one")
            await self.fails(Code.INTERNAL, connection.unary(METHOD, FromBot(), ToBot), "ToBot")

    async def test_a_reset_ends_the_call_at_once(self):
        async def script(peer):
            await peer.read("open")
            peer.send(pb.Frame(stream_id=1, reset=pb.Reset(code=14, message="drained")))
            await peer.read("open")
            peer.send(pb.Frame(stream_id=2, reset=pb.Reset()))
            await listen(peer)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            await self.fails(Code.UNAVAILABLE, connection.unary(METHOD, FromBot(), ToBot), "drained")
            await self.fails(Code.UNKNOWN, connection.unary(METHOD, FromBot(), ToBot))

    def test_metadata_rules(self):
        for key, value in [("A", "x"), ("", "x"), ("a b", "x"), ("a", "\n"), ("a", "é"), ("a", b"x"), ("a-bin", "x")]:
            with self.subTest(key=key, value=value), self.assertRaises(ValueError):
                encode_metadata([(key, value)])

    # --- a connection's end ---

    async def test_after_go_away_calls_end_and_new_ones_are_refused(self):
        leave = asyncio.Event()

        async def script(peer):
            await peer.read("open")
            await peer.read("open")
            peer.send(pb.Frame(go_away=pb.GoAway(last_stream_id=1, code=14, message="drain", reconnect_after_ms=5)))
            await leave.wait()
            peer.send(*answer(1))
            await listen(peer)
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            first = await connection.call(METHOD, ToBot).open()
            second = await connection.call(METHOD, ToBot).open()
            status = await second.status()
            self.assertEqual((status.code, status.begun), (Code.UNAVAILABLE, False))
            status = await self.fails(Code.UNAVAILABLE, connection.unary(METHOD, FromBot(), ToBot), "drain")
            self.assertFalse(status.begun)
            leave.set()
            self.assertEqual((await first.single()).report_ack, 1)
            await connection.wait_closed()

    async def test_silence_is_answered_with_a_ping_and_then_the_end(self):
        pings = asyncio.Queue()

        async def script(peer):
            while (frame := await peer.read("ping")) is not None:
                pings.put_nowait(frame)
                if pings.qsize() < 3:
                    peer.send(pb.Frame(ping=pb.Ping(opaque=frame.ping.opaque, ack=True)))
        async with Server(script) as port:
            connection = connect("127.0.0.1", port, client_tls(), keepalive_seconds=0.05, keepalive_timeout_seconds=0.1)
            async with await connection as connection, connection.call(METHOD, ToBot) as call:
                status = await call.status()
        self.assertEqual(status.code, Code.UNAVAILABLE)
        self.assertIn("silent", status.message)
        self.assertEqual(pings.qsize(), 3)

    async def test_a_silent_server_is_pinged_as_often_as_was_said(self):
        third = asyncio.Event()

        async def script(peer):
            pings = 0
            while (frame := await peer.read("ping")) is not None:
                peer.send(pb.Frame(ping=pb.Ping(opaque=frame.ping.opaque, ack=True)))
                pings += 1
                if pings == 3:
                    third.set()
        async with Server(script) as port:
            # The time that an answer has, which is longer, does not come between.
            async with await connect("127.0.0.1", port, client_tls(), keepalive_seconds=0.05):
                await asyncio.wait_for(third.wait(), 2)

    async def test_a_lost_connection_ends_its_calls(self):
        async def script(peer):
            await peer.read("open")
            peer.writer.transport.abort()
        async with Server(script) as port, await connect("127.0.0.1", port, client_tls()) as connection:
            await self.fails(Code.UNAVAILABLE, connection.unary(METHOD, FromBot(), ToBot), "lost")
            await self.fails(Code.UNAVAILABLE, connection.ping())

    # --- coming back ---

    def test_backoff_grows_to_two_minutes(self):
        even = backoff(lambda: 0.5)
        delays = [next(even) for _ in range(15)]
        for got, expected in zip(delays, [1, 1.6, 2.56, 4.096]):
            self.assertAlmostEqual(got, expected)
        self.assertEqual(delays[-1], 120)
        self.assertAlmostEqual(next(backoff(lambda: 0.0)), 0.8)
        self.assertAlmostEqual(next(backoff(lambda: 1.0)), 1.2)

    async def test_a_client_comes_back_and_waits_as_it_is_asked(self):
        waits = []

        async def sleep(seconds):
            waits.append(seconds)
        times = 0

        async def script(peer):
            nonlocal times
            times += 1
            await peer.read("open")
            if times == 1:
                peer.writer.transport.abort()
            elif times == 2:
                peer.send(pb.Frame(go_away=pb.GoAway(last_stream_id=0, reconnect_after_ms=1500)))
                await listen(peer)
            else:
                peer.send(*answer(1))
                await listen(peer)
        async with Server(script) as port:
            async with Client("127.0.0.1", port, client_tls(), sleep=sleep) as client:
                for _ in range(2):
                    connection = await client.ready()
                    await self.fails(Code.UNAVAILABLE, connection.unary(METHOD, FromBot(), ToBot))
                    await connection.wait_closed()
                await (await client.ready()).unary(METHOD, FromBot(), ToBot)
                self.assertEqual(client.connections, 3)
        self.assertEqual(len(waits), 2)
        self.assertTrue(0.8 <= waits[0] <= 1.2, waits)
        self.assertEqual(waits[1], 1.5)

    async def test_without_waiting_one_attempt_is_made(self):
        async with Server(listen) as port:
            pass
        client = Client("127.0.0.1", port, client_tls())
        await self.fails(Code.UNAVAILABLE, client.ready(wait=False))
        waits = []

        async def sleep(seconds):
            waits.append(seconds)
            if len(waits) == 3:
                raise asyncio.CancelledError
        client._sleep = sleep
        with self.assertRaises(asyncio.CancelledError):
            await client.ready()
        self.assertTrue(waits[0] < waits[1] < waits[2], waits)


if __name__ == "__main__":
    unittest.main()
