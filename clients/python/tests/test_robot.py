"""The journal, the body, and a robot with a gateway that a test plays."""
import asyncio
import os
import pathlib
import tempfile
import unittest

from fake import Server, client_tls
from mallbots.bots.v1 import bots_pb2 as bots
from mallbots.robot import Body, Journal, JournalError, Robot, StopError
from mallbots.types.v1.types_pb2 import Item, Place, Stop
from mallbots.wire import Client
from mallbots.wire.v1 import wire_pb2 as pb

BAKERY, TOYS, DEPOT = Place(x_mm=1000), Place(x_mm=2000), Place(x_mm=500)


def report(kind="fault_cleared"):
    made = bots.FromBot()
    getattr(made, kind).SetInParent()
    return made


def assign(number=1, task="t-1", epoch=1, quantity=2, **more):
    stops = [
        Stop(store_id="bakery", place=BAKERY, items=[Item(product_id="bread", quantity=quantity, size_units=1)]),
        Stop(store_id="toys", place=TOYS, items=[Item(product_id="ball", quantity=1, size_units=2)])]
    return bots.ToBot(directive=number, assign_task=bots.AssignTask(
        task_id=task, epoch=epoch, stops=stops, depot_place=DEPOT, **more))


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class JournalTests(Folder):
    def open(self, **options):
        journal = Journal(self.folder / "j", **options)
        self.addCleanup(journal.close)
        return journal

    def test_what_was_stored_is_there_after_a_restart(self):
        first = self.open()
        first.store(b"one", [report(), report("resumed")])
        first.store(b"two", [report()], bots.ToBot(directive=7))
        first.acknowledge(1)
        first.close()
        again = self.open()
        self.assertEqual(again.id, first.id)
        self.assertEqual([each.report for each in again.pending], [2, 3])
        self.assertEqual((again.last_report, again.last_directive, again.acknowledged, again.note), (3, 7, 1, b"two"))

    def test_cut_off_anywhere_it_holds_all_of_a_group_or_nothing(self):
        journal = self.open()
        journal.store(b"one", [report()])
        size = os.path.getsize(self.folder / "j/journal")
        journal.store(b"two", [report(), report()], bots.ToBot(directive=1))
        journal.close()
        whole = (self.folder / "j/journal").read_bytes()
        for cut in range(size, len(whole) + 1):
            (self.folder / "j/journal").write_bytes(whole[:cut])
            journal = self.open()
            expected = (3, 1, b"two") if cut == len(whole) else (1, 0, b"one")
            self.assertEqual((journal.last_report, journal.last_directive, journal.note), expected, f"cut at {cut}")
            journal.store(b"three", [report()])  # the next number, whatever was torn
            self.assertEqual(journal.last_report, expected[0] + 1)
            journal.close()

    def test_a_changed_byte_ends_what_is_read(self):
        journal = self.open()
        journal.store(b"one", [report()])
        size = os.path.getsize(self.folder / "j/journal")
        journal.store(b"two", [report()])
        journal.close()
        data = bytearray((self.folder / "j/journal").read_bytes())
        data[size + 9] ^= 1
        (self.folder / "j/journal").write_bytes(data)
        self.assertEqual(self.open().note, b"one")

    def test_it_is_rewritten_when_it_grows(self):
        journal = self.open(compact_bytes=2000)
        for number in range(1, 500):
            journal.store(b"note", [report()], bots.ToBot(directive=number))
            journal.acknowledge(max(0, number - 3))
            self.assertLess(os.path.getsize(self.folder / "j/journal"), 3000)
        journal.close()
        again = self.open()
        self.assertEqual((again.last_report, again.last_directive, again.acknowledged), (499, 499, 496))
        self.assertEqual([each.report for each in again.pending], [497, 498, 499])

    def test_one_process_at_a_time(self):
        self.open()
        with self.assertRaisesRegex(JournalError, "another process"):
            self.open()

    def test_another_file_is_left_alone(self):
        (self.folder / "j").mkdir()
        (self.folder / "j/journal").write_bytes(b"something else, of another program")
        with self.assertRaisesRegex(JournalError, "not a journal"):
            self.open()
        self.assertEqual((self.folder / "j/journal").read_bytes(), b"something else, of another program")

    def test_an_acknowledgement_of_what_was_never_made(self):
        with self.assertRaisesRegex(JournalError, "another mall"):
            self.open().acknowledge(1)


class BodyTests(unittest.TestCase):
    def run_body(self, body, steps=100, until=None):
        """The reports of what the body does, as short words."""
        said = []
        for _ in range(steps):
            # A crash between any two steps changes nothing.
            note, body = body.note(), Body(body.capacity_units)
            body.restore(note)
            step = body.next()
            if step is None:
                return said, body
            for each in body.done(step):
                kind = each.WhichOneof("body")
                said.append(kind)
                if kind == until:
                    return said, body
        self.fail(f"the body never rests: {said}")

    def working(self, until=None, **options):
        body = Body()
        (accepted,) = body.direct(assign(**options), 5)
        self.assertEqual(accepted.WhichOneof("body"), "task_accepted")
        return self.run_body(body, until=until)

    def test_a_task(self):
        said, body = self.working()
        self.assertEqual(said, [
            "stop_reached", "item_picked", "item_picked", "stop_done", "stop_reached", "item_picked", "stop_done", "task_delivered", "task_request"])
        self.assertEqual(body.place, DEPOT)

    def test_too_much_and_busy_are_declined(self):
        body = Body(capacity_units=3)
        (declined,) = body.direct(assign(), 1)
        self.assertIn("4 of 3", declined.task_declined.reason)
        body = Body()
        body.direct(assign(), 1)
        (declined,) = body.direct(assign(2, "t-2"), 2)
        self.assertEqual((declined.task_declined.task_id, body.task.task_id), ("t-2", "t-1"))
        self.assertEqual(body.direct(assign(3), 3), [])

    def test_a_cancelled_task_goes_back_to_the_stores_or_to_the_depot(self):
        for back, places, returned in [(True, ["bakery"], True), (False, [], False)]:
            _, body = self.working(until="item_picked")
            self.assertEqual(body.direct(bots.ToBot(directive=2, cancel_task=bots.CancelTask(task_id="t-1", epoch=1, return_items=back)), 9), [])
            steps = []
            while body.task is not None:
                step = body.next()
                steps.append(step.what)
                said = body.done(step)
            self.assertEqual(said[0].task_abandoned.returned, returned)
            self.assertEqual(body.place, BAKERY if back else DEPOT)
            self.assertEqual([store for store in places if f"put back at {store}" in steps], places)

    def test_what_it_has_in_custody_is_delivered_or_brought_back(self):
        custody = assign().assign_task
        again = bots.ToBot(directive=2, assign_task=bots.AssignTask(
            task_id="t-1", epoch=2, depot_node="depot", depot_place=DEPOT, custody=custody.stops[:1]))
        for cancelled in (False, True):
            _, body = self.working(until="item_picked")
            (accepted,) = body.direct(again, 9)
            self.assertEqual((accepted.WhichOneof("body"), accepted.task_accepted.epoch), ("task_accepted", 2))
            if cancelled:
                body.direct(bots.ToBot(directive=3, cancel_task=bots.CancelTask(task_id="t-1", epoch=2, return_items=True)), 10)
            said, body = self.run_body(body, until="task_abandoned" if cancelled else "task_delivered")
            self.assertEqual(said, ["task_abandoned" if cancelled else "task_delivered"])
            self.assertEqual(body.place, BAKERY if cancelled else DEPOT)

    def test_a_cancelled_task_that_it_does_not_have(self):
        (abandoned,) = Body().direct(bots.ToBot(directive=1, cancel_task=bots.CancelTask(task_id="t-9", epoch=4)), 1)
        self.assertEqual((abandoned.task_abandoned.task_id, abandoned.task_abandoned.epoch, abandoned.task_abandoned.returned), ("t-9", 4, True))

    def test_what_was_picked_counts_against_a_revision(self):
        _, body = self.working(until="item_picked")
        revised = assign(quantity=3).assign_task
        body.direct(bots.ToBot(directive=2, revise_task=bots.ReviseTask(task_id="t-1", epoch=1, stops=revised.stops[:1])), 9)
        said, _ = self.run_body(body, until="task_delivered")
        self.assertEqual(said, ["item_picked", "item_picked", "stop_done", "task_delivered"])
        _, body = self.working(until="item_picked")
        body.direct(bots.ToBot(directive=2, revise_task=bots.ReviseTask(task_id="t-1", epoch=2, stops=[])), 9)
        self.assertEqual(len(body.task.stops), 2, "a revision of another epoch took effect")

    def test_a_rejection_of_the_task_at_hand_drops_it(self):
        for code, number, dropped in [
            (bots.REJECTION_CODE_STALE_EPOCH, 5, True), (bots.REJECTION_CODE_UNKNOWN_TASK, 6, True),
            (bots.REJECTION_CODE_STALE_EPOCH, 4, False), (bots.REJECTION_CODE_NOT_IN_TASK, 6, False)]:
            _, body = self.working(until="item_picked")
            self.assertEqual(body.rejected(bots.Rejected(report=number, code=code)), dropped)
            self.assertEqual(body.task is None, dropped)

    def test_pause_charge_and_dock(self):
        _, body = self.working(until="item_picked")
        self.assertEqual(body.direct(bots.ToBot(directive=2, pause=bots.Pause(reason="fire")), 9)[0].paused.reason, "fire")
        self.assertIsNone(body.next())
        self.assertEqual(body.direct(bots.ToBot(directive=3, resume=bots.Resume()), 9)[0].WhichOneof("body"), "resumed")
        self.assertIsNotNone(body.next())
        body = Body()
        self.assertEqual(self.run_body(body)[0], ["task_request"])
        body.range_mm, body.asked = 10_000, True
        body.direct(bots.ToBot(directive=4, go_charge=bots.GoCharge(place=BAKERY)), 9)
        said, body = self.run_body(body)
        self.assertEqual((said, body.place, body.battery_percent), (["task_request"], BAKERY, 100))


class Gateway:
    """The gateway's end of robots' sessions: what it has on disk, and what was said."""

    def __init__(self):
        self.on_disk, self.hellos, self.applied = 0, [], []

    def script(self, talk):
        async def run(peer):
            opened = await peer.read("open")
            stream = opened.stream_id

            def say(**fields):
                peer.send(pb.Frame(stream_id=stream, message=bots.ToBot(**fields).SerializeToString()))

            def end(code, message="", **metadata):
                entries = [pb.MetadataEntry(key=key.replace("_", "-"), value=value) for key, value in metadata.items()]
                peer.send(pb.Frame(stream_id=stream, status=pb.Status(code=code, message=message, metadata=entries)))

            async def hear():
                frame = await peer.read("message", "reset")
                if frame is None or frame.WhichOneof("kind") == "reset":
                    raise ConnectionError
                message = bots.FromBot.FromString(frame.message)
                if message.report:
                    assert message.report <= self.on_disk + 1, "a gap"
                    if message.report == self.on_disk + 1:
                        self.on_disk = message.report
                        self.applied.append(message.WhichOneof("body"))
                return message
            hello = await hear()
            self.hellos.append(hello.hello)
            await talk(say, hear, end)
        return run


class RobotTests(Folder, unittest.IsolatedAsyncioTestCase):
    async def play(self, gateway, *talks, seconds=15, **options):
        """A robot against a gateway that plays one talk a session. Ends with the last talk."""
        left = list(talks)
        self.waits = []
        over = asyncio.get_running_loop().create_future()

        async def next_talk(say, hear, end):
            talk = left.pop(0) if left else None
            try:
                await (talk(say, hear, end) if talk else asyncio.Event().wait())
            except ConnectionError:
                pass
            except BaseException as error:
                over.cancelled() or over.done() or over.set_exception(error)
                raise
            if not left and not over.done():
                over.set_result(None)

        async def soon(_):
            await asyncio.sleep(0.01)

        async def noted(seconds):
            self.waits.append(seconds)
            await asyncio.sleep(0.01)
        server = Server(gateway.script(next_talk))
        async with server as port:
            journal = Journal(self.folder / "j")
            try:
                async with Client("127.0.0.1", port, client_tls(), sleep=soon) as client:
                    robot = Robot("b-1", client, journal, Body(), speed=1000, sleep=noted, **options)
                    running = asyncio.ensure_future(robot.run())
                    done, _ = await asyncio.wait([running, over], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                    self.assertTrue(done, f"nothing ended; the gateway has {gateway.applied}")
                    running.cancel()
                    result = (await asyncio.gather(running, return_exceptions=True))[0]
                    if over.done():
                        over.result()
                    return robot, result
            finally:
                journal.close()

    async def test_reports_and_directives_survive_breaks_in_any_place(self):
        gateway = Gateway()

        async def first(say, hear, end):
            say(welcome=bots.Welcome(session=1))
            while (await hear()).WhichOneof("body") != "task_request":
                pass
            say(report_ack=1, **_fields(assign(3)))
            for _ in range(3):  # accepted, reached, picked: on disk, but not acknowledged
                await hear()
            end(14, "a break")

        async def second(say, hear, end):
            self.assertEqual(gateway.hellos[1].last_directive, 3)
            self.assertEqual(gateway.hellos[1].journal, gateway.hellos[0].journal)
            say(welcome=bots.Welcome(session=2, last_report=gateway.on_disk))
            say(**_fields(assign(3)))  # again: it has it
            while gateway.applied[-1] != "task_delivered":
                await hear()
        await self.play(gateway, first, second)
        self.assertEqual(gateway.applied, [
            "task_request", "task_accepted", "stop_reached", "item_picked", "item_picked", "stop_done", "stop_reached", "item_picked",
            "stop_done", "task_delivered"])

    async def test_a_directive_is_acknowledged_once_stored(self):
        gateway = Gateway()

        async def talk(say, hear, end):
            say(welcome=bots.Welcome(session=1))
            say(directive=4, identify=bots.Identify())
            while (await hear()).directive_ack < 4:
                pass
        await self.play(gateway, talk)
        journal = Journal(self.folder / "j")
        self.assertEqual(journal.last_directive, 4)
        journal.close()

    async def test_telemetry_comes_as_often_as_it_is_wanted_and_is_not_numbered(self):
        async def talk(say, hear, end):
            say(welcome=bots.Welcome(session=1, telemetry_interval_ms=20))
            seen = 0
            while seen < 3:
                message = await hear()
                if message.WhichOneof("body") == "telemetry":
                    self.assertEqual(message.report, 0)
                    seen += 1
        await self.play(Gateway(), talk)

    async def test_another_malls_journal_stops_the_robot(self):
        async def talk(say, hear, end):
            say(welcome=bots.Welcome(session=1, last_report=17))
            await hear()
        _, result = await self.play(Gateway(), talk, talk)
        self.assertIsInstance(result, StopError)
        self.assertIn("17 reports", str(result))

    async def test_a_robot_waits_as_long_as_it_is_asked_to(self):
        def talk(code, **metadata):
            async def refuse(say, hear, end):
                end(code, "too many", **metadata)
                await hear()
            return refuse

        async def last(say, hear, end):
            pass
        await self.play(
            Gateway(), talk(8, retry_after_ms="9000"), talk(8), talk(14, retry_after_ms="soon"), talk(10), last)
        waits = self.waits
        self.assertTrue(9 <= waits[0] <= 10.8, waits)
        # Not asked to, it waits as ever; a call on a connection that was just lost is one more.
        self.assertTrue(0.4 <= waits[1] <= 0.6, waits)
        self.assertTrue(24 <= waits[-1] <= 36, waits)

    async def test_a_refusal_that_does_not_mend_itself_stops_the_robot(self):
        async def talk(say, hear, end):
            end(7, "this is not your name")
            await hear()
        _, result = await self.play(Gateway(), talk, talk)
        self.assertIsInstance(result, StopError)
        self.assertIn("not your name", str(result))


def _fields(message):
    return {field.name: value for field, value in message.ListFields()}


if __name__ == "__main__":
    unittest.main()
