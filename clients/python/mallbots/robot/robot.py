"""A robot's session with the gateway, and the loop that moves its body."""
from __future__ import annotations

import asyncio
import logging
import random
from typing import Awaitable, Callable, Iterable, List, Optional, Protocol

from ..bots.v1 import bots_pb2 as bots
from ..wire import Call, Client, Code, WireError
from .body import Body, Step
from .journal import Journal, JournalError

log = logging.getLogger("mallbots.robot")

CONNECT = "/mallbots.bots.v1.BotService/Connect"
PROTOCOL_VERSION = 1
#: What is wrong with these does not mend itself: have a person look.
FATAL = (Code.FAILED_PRECONDITION, Code.PERMISSION_DENIED, Code.UNAUTHENTICATED, Code.INVALID_ARGUMENT)
LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS = 0.25, 30.0
#: After a break: how long directives that were missed have to come before the body asks for a task.
SETTLE_SECONDS = 1.0


class StopError(Exception):
    """The robot must not go on by itself."""


class Brain(Protocol):
    """What a robot needs of its body: `Body` has it. None of it waits; all of its state is in `note`."""

    capacity_units: int

    def note(self) -> bytes: ...
    def restore(self, note: bytes) -> None: ...
    def welcomed(self) -> None: ...
    def direct(self, message: bots.ToBot, next_report: int) -> List[bots.FromBot]: ...
    def rejected(self, rejected: bots.Rejected) -> bool: ...
    def next(self) -> Optional[Step]: ...
    def duration(self, step: Step) -> float: ...
    def done(self, step: Step) -> List[bots.FromBot]: ...
    def telemetry(self) -> bots.FromBot: ...


class Robot:
    """Keeps one session with the gateway, through breaks, and lets the body work meanwhile.

    What the body reports is on disk before it is sent and kept until it is acknowledged; a directive is on disk before it
    is acknowledged or acted on. So a robot that is killed at any moment carries on where it was.
    """

    def __init__(
        self, bot_id: str, client: Client, journal: Journal, body: Brain, *, model: str = "python", speed: float = 1.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ):
        self.bot_id, self.client, self.journal, self.body = bot_id, client, journal, body
        self.model, self.speed, self._sleep = model, speed, sleep
        self.session = 0
        self._outgoing = asyncio.Event()  # there may be something to send
        self._moved = asyncio.Event()  # the body may have something else to do
        self._settled = False
        self._leaving: Optional[str] = None
        body.restore(journal.note)

    async def run(self) -> None:
        """Until cancelled. Raises StopError or JournalError when a person must look."""
        working = asyncio.ensure_future(self._work())
        talking = asyncio.ensure_future(self._talk())
        try:
            done, _ = await asyncio.wait([working, talking], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (working, talking):
                task.cancel()
            await asyncio.gather(working, talking, return_exceptions=True)

    def stop(self, reason: str = "switched off") -> None:
        """Says Goodbye once all reports are sent; `run` returns when the gateway has answered. Without a session, cancel `run`."""
        self._leaving = reason
        self._outgoing.set()

    # --- the body ---

    def _commit(self, reports: Iterable[bots.FromBot] = (), directive: Optional[bots.ToBot] = None) -> None:
        reports = list(reports)
        self.journal.store(self.body.note(), reports, directive)
        for report in reports:
            log.info("report %d: %s", report.report, report.WhichOneof("body"))
        self._outgoing.set()
        self._moved.set()

    async def _work(self) -> None:
        while True:
            self._moved.clear()
            step = self.body.next()
            if step is not None and not self._settled and any(each.HasField("task_request") for each in step.reports):
                step = None
            if step is None:
                await self._moved.wait()
            elif step.place is None and not step.seconds:
                self._commit(self.body.done(step))
            else:
                log.info("%s", step.what)
                if await self._undisturbed(self.body.duration(step) / self.speed):
                    self._commit(self.body.done(step))

    async def _undisturbed(self, seconds: float) -> bool:
        """Waits; False when a directive came meanwhile, so that what to do must be thought over."""
        try:
            await asyncio.wait_for(self._moved.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        return not self._moved.is_set()

    # --- the session ---

    async def _talk(self) -> None:
        wait = LEAST_WAIT_SECONDS
        while True:
            before = self.session
            aborted, asked = False, 0.0
            try:
                connection = await self.client.ready()
                async with connection.call(CONNECT, bots.ToBot) as call:
                    await self._converse(call)
                if self._leaving is not None:
                    return
            except WireError as error:
                if error.code in FATAL:
                    raise StopError(f"the gateway refuses this robot: {error}") from error
                log.warning("the session ended: %s", error)
                aborted, asked = error.code == Code.ABORTED, error.status.retry_after or 0.0
            finally:
                self._settled = False
            if aborted:  # another one with this name is at work: do not fight with it
                wait = MOST_WAIT_SECONDS
            elif self.session != before:
                wait = LEAST_WAIT_SECONDS
            # Not before the gateway asked it to, and not all robots at once.
            await self._sleep(max(wait * (0.8 + 0.4 * random.random()), asked * (1 + 0.2 * random.random())))
            wait = min(wait * 2, MOST_WAIT_SECONDS)

    async def _converse(self, call: Call[bots.ToBot]) -> None:
        journal = self.journal
        await call.send(bots.FromBot(hello=bots.Hello(
            bot_id=self.bot_id, model=self.model, protocol_version=PROTOCOL_VERSION, capacity_units=self.body.capacity_units,
            journal=journal.id, last_directive=journal.last_directive, software="mallbots-python 0.1")))
        first = await call.receive()
        if first is None or first.WhichOneof("body") != "welcome":
            raise WireError.of(Code.INTERNAL, "the gateway's first message is no Welcome")
        welcome = first.welcome
        if not journal.acknowledged <= welcome.last_report <= journal.last_report:
            raise StopError(
                f"the gateway has {welcome.last_report} reports of this journal; {journal.acknowledged} were acknowledged and"
                f" {journal.last_report} made: it is another mall's, or the mall has lost data")
        journal.acknowledge(welcome.last_report)
        self.session = welcome.session
        log.info("session %d; %d reports to send again", welcome.session, len(journal.pending))
        tasks = [
            asyncio.ensure_future(self._send(call, welcome.telemetry_interval_ms / 1000)),
            asyncio.ensure_future(self._receive(call)), asyncio.ensure_future(self._settle())]
        try:
            done, _ = await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle(self) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        self.body.welcomed()
        self._settled = True
        self._moved.set()

    async def _send(self, call: Call[bots.ToBot], interval: float) -> None:
        """Every report above what the gateway has, in order; between them the newest telemetry and acknowledgements."""
        loop = asyncio.get_running_loop()
        sent, due = self.journal.acknowledged, loop.time()
        acknowledged = self.journal.last_directive  # Hello said so
        while True:
            self._outgoing.clear()
            pending = self.journal.pending
            at = sent + 1 - pending[0].report if pending else 0
            if at < len(pending):
                message = _copy(pending[max(0, at)])
                sent = message.report
            elif self._leaving is not None:
                await call.send(bots.FromBot(directive_ack=self.journal.last_directive, goodbye=bots.Goodbye(reason=self._leaving)), end=True)
                await call.status()
                return
            elif interval and loop.time() >= due:
                message, due = self.body.telemetry(), loop.time() + interval
            elif acknowledged < self.journal.last_directive:
                message = bots.FromBot()
            else:
                try:
                    await asyncio.wait_for(self._outgoing.wait(), max(0, due - loop.time()) if interval else None)
                except asyncio.TimeoutError:
                    pass
                continue
            message.directive_ack = acknowledged = self.journal.last_directive
            if not await call.send(message):
                return

    async def _receive(self, call: Call[bots.ToBot]) -> None:
        async for message in call:
            if message.report_ack:
                self.journal.acknowledge(message.report_ack)
            kind = message.WhichOneof("body")
            if message.directive > self.journal.last_directive:
                log.info("directive %d: %s", message.directive, kind)
                self._commit(self.body.direct(message, self.journal.last_report + 1), message)
            elif kind == "rejected":
                log.warning("report %d is rejected: %s", message.rejected.report, message.rejected.why)
                if self.body.rejected(message.rejected):
                    self._commit()
            elif kind == "superseded":
                log.warning("another session of this robot has begun")


def _copy(message: bots.FromBot) -> bots.FromBot:
    copy = bots.FromBot()
    copy.CopyFrom(message)
    return copy
