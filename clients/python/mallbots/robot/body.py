"""A simulated body that fetches what it is asked for: what it decides is pure; nothing here waits, sends or stores."""
from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from google.protobuf import json_format

from ..bots.v1 import bots_pb2 as bots
from ..types.v1.types_pb2 import Place

FULL_RANGE_MM = 4_000_000


@dataclass
class Step:
    """What the body does next: be at a place, then take some time; what is true afterwards are the reports."""

    what: str
    place: Optional[Place] = None
    seconds: float = 0.0
    reports: List[bots.FromBot] = field(default_factory=list)


class Body:
    """The state of a robot and its trip. Every change is one of `direct`, `done` and `rejected`; `note` is all of it."""

    def __init__(self, capacity_units: int = 40, place: Optional[Place] = None, speed_mm_per_s: int = 1000):
        self.capacity_units, self.speed_mm_per_s = capacity_units, speed_mm_per_s
        self.place = place or Place()
        self.range_mm = FULL_RANGE_MM
        self.task: Optional[bots.AssignTask] = None
        self.since = 0  # the number of the first report on the task
        self.reached = ""  # the store at which the body stands and works
        self.done_stores: List[str] = []
        self.counted: Dict[Tuple[str, str], int] = {}  # units reported, picked or not to be had
        self.loaded: List[str] = []  # stores whose units are in the body
        self.cancel: Optional[bots.CancelTask] = None
        self.asked = False
        self.paused = False
        self.dock: Optional[Place] = None
        self.charging = False

    # --- what is stored ---

    _PLAIN = ("since", "reached", "done_stores", "loaded", "asked", "paused", "charging", "range_mm")
    _MESSAGES = {"place": Place, "task": bots.AssignTask, "cancel": bots.CancelTask, "dock": Place}

    def note(self) -> bytes:
        state = {name: getattr(self, name) for name in self._PLAIN}
        state["counted"] = [[*key, count] for key, count in self.counted.items()]
        for name in self._MESSAGES:
            message = getattr(self, name)
            state[name] = None if message is None else json_format.MessageToDict(message)
        return json.dumps(state).encode()

    def restore(self, note: bytes) -> None:
        if note:
            state = json.loads(note)
            for name in self._PLAIN:
                setattr(self, name, state[name])
            self.counted = {(store, product): count for store, product, count in state["counted"]}
            for name, kind in self._MESSAGES.items():
                setattr(self, name, None if state[name] is None else json_format.ParseDict(state[name], kind()))

    # --- what the gateway says ---

    def direct(self, message: bots.ToBot, next_report: int) -> List[bots.FromBot]:
        """Takes a directive; the reports that answer it at once, of which the first will have the number `next_report`."""
        kind = message.WhichOneof("body")
        if kind == "assign_task":
            return self._assign(message.assign_task, next_report)
        if kind == "revise_task":
            revised = message.revise_task
            if self.task is not None and _same(self.task, revised):
                del self.task.stops[:]
                self.task.stops.extend(revised.stops)
                self.done_stores = []
        elif kind == "cancel_task":
            if self.task is None or not _same(self.task, message.cancel_task):
                return [bots.FromBot(task_abandoned=bots.TaskAbandoned(
                    task_id=message.cancel_task.task_id, epoch=message.cancel_task.epoch, reason="not at work on it", returned=True))]
            self.cancel = message.cancel_task
        elif kind == "pause" and not self.paused:
            self.paused = True
            return [bots.FromBot(paused=bots.Paused(reason=message.pause.reason))]
        elif kind == "resume":
            # Also when it is not paused: one that has forgotten that it was would count as paused for ever.
            self.paused = False
            return [bots.FromBot(resumed=bots.Resumed())]
        elif kind == "return_to_dock":
            self.dock = message.return_to_dock.place
        elif kind == "go_charge":
            self.dock, self.charging, self.asked = message.go_charge.place, True, False
        return []

    def _assign(self, task: bots.AssignTask, next_report: int) -> List[bots.FromBot]:
        self.asked = False
        if self.task is not None and self.task.task_id != task.task_id:
            return [_declined(task, f"busy with {self.task.task_id}")]
        if self.task is not None and _same(self.task, task):
            return []
        size = sum(item.quantity * item.size_units for stop in task.stops for item in stop.items)
        if size > self.capacity_units:
            return [_declined(task, f"too much: {size} of {self.capacity_units} units")]
        self._drop()
        self.task = bots.AssignTask()
        self.task.CopyFrom(task)  # ReviseTask changes it
        self.since, self.dock, self.charging = next_report, None, False
        self.loaded = [stop.store_id for stop in task.custody]  # in the body since before its lease was lost
        return [bots.FromBot(task_accepted=bots.TaskAccepted(task_id=task.task_id, epoch=task.epoch))]

    def rejected(self, rejected: bots.Rejected) -> bool:
        """Whether the task at hand is no longer this robot's, so that it was dropped."""
        lost = rejected.code in (bots.REJECTION_CODE_UNKNOWN_TASK, bots.REJECTION_CODE_STALE_EPOCH)
        if self.task is None or not lost or rejected.report < self.since:
            return False
        self._drop()
        return True

    def welcomed(self) -> None:
        """After a break a request may be forgotten: ask again."""
        self.asked = False

    # --- what the body does ---

    def next(self) -> Optional[Step]:
        """What to do now; None to wait for a directive."""
        if self.paused:
            return None
        if self.task is not None:
            return self._bring_back(self.task, self.cancel) if self.cancel else self._work(self.task)
        if self.dock is not None:
            if self.place != self.dock:
                return Step("drive to the dock", self.dock)
            if self.charging:
                return Step("charge", seconds=30.0)
        if not self.asked:
            return Step("ask for a task", reports=[bots.FromBot(task_request=bots.TaskRequest(
                capacity_units=self.capacity_units, place=self.place, battery_percent=self.battery_percent, range_mm=self.range_mm))])
        return None

    def _work(self, task: bots.AssignTask) -> Step:
        name: Dict[str, Any] = dict(task_id=task.task_id, epoch=task.epoch)
        for stop in task.stops:
            if stop.store_id in self.done_stores:
                continue
            if self.place != stop.place:
                return Step(f"drive to {stop.store_id}", stop.place)
            if self.reached != stop.store_id:
                return Step("arrive", reports=[bots.FromBot(stop_reached=bots.StopReached(store_id=stop.store_id, **name))])
            for item in stop.items:
                left = item.quantity - self.counted.get((stop.store_id, item.product_id), 0)
                if left > 0:
                    picked = bots.ItemPicked(store_id=stop.store_id, product_id=item.product_id, quantity=1, **name)
                    return Step(f"pick {item.product_id}", seconds=5.0, reports=[bots.FromBot(item_picked=picked)])
            return Step("leave", reports=[bots.FromBot(stop_done=bots.StopDone(store_id=stop.store_id, **name))])
        if self.place != task.depot_place:
            return Step("drive to the depot", task.depot_place)
        return Step("unload", seconds=10.0, reports=[bots.FromBot(task_delivered=bots.TaskDelivered(**name))])

    def _bring_back(self, task: bots.AssignTask, cancel: bots.CancelTask) -> Step:
        abandoned = bots.TaskAbandoned(task_id=task.task_id, epoch=task.epoch, reason=cancel.reason, returned=not self.loaded)
        if cancel.return_items and self.loaded:
            for stop in [*task.stops, *task.custody]:
                if stop.store_id == self.loaded[0] and self.place != stop.place:
                    return Step(f"drive back to {stop.store_id}", stop.place)
            return Step(f"put back at {self.loaded[0]}", seconds=10.0)
        if self.loaded and self.place != task.depot_place:
            return Step("drive to the depot", task.depot_place)
        return Step("give the task up", reports=[bots.FromBot(task_abandoned=abandoned)])

    def duration(self, step: Step) -> float:
        """How long a step takes, in seconds."""
        return step.seconds + (self._distance(step.place) / self.speed_mm_per_s if step.place is not None else 0)

    def done(self, step: Step) -> List[bots.FromBot]:
        """A step that `next` gave was done: changes the state, and returns what is to be reported."""
        if step.place is not None:
            self.range_mm = max(0, self.range_mm - self._distance(step.place))
            self.place = Place(floor=step.place.floor, x_mm=step.place.x_mm, y_mm=step.place.y_mm)
        if step.what == "charge":
            self.range_mm, self.charging, self.dock = FULL_RANGE_MM, False, None
        elif step.what.startswith("put back"):
            self.loaded.pop(0)
        for report in step.reports:
            kind = report.WhichOneof("body")
            if kind == "task_request":
                self.asked = True
            elif kind == "stop_reached":
                self.reached = report.stop_reached.store_id
            elif kind == "item_picked":
                key = (report.item_picked.store_id, report.item_picked.product_id)
                self.counted[key] = self.counted.get(key, 0) + report.item_picked.quantity
                if key[0] not in self.loaded:
                    self.loaded.append(key[0])
            elif kind == "stop_done":
                self.reached = ""
                self.done_stores.append(report.stop_done.store_id)
            elif kind in ("task_delivered", "task_abandoned"):
                self._drop()
        return step.reports

    def telemetry(self) -> bots.FromBot:
        task = self.task.task_id if self.task is not None else ""
        return bots.FromBot(telemetry=bots.Telemetry(place=self.place, battery_percent=self.battery_percent, task_id=task))

    @property
    def battery_percent(self) -> int:
        return self.range_mm * 100 // FULL_RANGE_MM

    def _drop(self) -> None:
        self.task = self.cancel = None
        self.since, self.reached, self.done_stores, self.counted, self.loaded, self.asked = 0, "", [], {}, [], False

    def _distance(self, to: Place) -> int:
        floors = abs(to.floor - self.place.floor) * 20_000
        return abs(to.x_mm - self.place.x_mm) + abs(to.y_mm - self.place.y_mm) + floors


def _same(task: bots.AssignTask, other: "bots.AssignTask | bots.ReviseTask | bots.CancelTask") -> bool:
    return task.task_id == other.task_id and task.epoch == other.epoch


def _declined(task: bots.AssignTask, reason: str) -> bots.FromBot:
    return bots.FromBot(task_declined=bots.TaskDeclined(task_id=task.task_id, epoch=task.epoch, reason=reason))
