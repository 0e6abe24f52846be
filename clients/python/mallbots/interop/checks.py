"""What cases say when they do not pass, and the checks that they share."""
from __future__ import annotations

from typing import Any, List, Optional, Sequence, Union

from ..wire import Code, Metadata, Status, WireError
from .ended import Ended
from .v1.interop_pb2 import Payload


class CheckFailed(Exception):
    """What was seen is not what must be seen."""


class Skipped(Exception):
    """The server, or the way the command was called, cannot show the case."""


def expect(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise CheckFailed(f"{what}: {got!r} instead of {wanted!r}")


def expect_bytes(what: str, payload: Payload, size: int) -> None:
    """A payload of exactly so many zero bytes."""
    if len(payload.body) != size:
        raise CheckFailed(f"{what}: {len(payload.body)} bytes instead of {size}")
    if any(payload.body):
        raise CheckFailed(f"{what}: its bytes are not all zero")


def expect_answers(answers: Sequence[Any], sizes: Sequence[int]) -> None:
    """Answers with payloads of these sizes, in order, and no more."""
    for number, (answer, size) in enumerate(zip(answers, sizes), 1):
        expect_bytes(f"answer {number}", answer.payload, size)
    expect("number of answers", len(answers), len(sizes))


def expect_end(ended: Ended[Any], code: Code, message: Optional[str] = None, answers: int = 0) -> None:
    """A call that ended with this code (and message), after so many answers."""
    if ended.status.code != code:
        raise CheckFailed(other_end(ended.status, code))
    if message is not None:
        expect("the status's message", ended.status.message, message)
    expect(f"number of answers before {code.name}", len(ended.answers), answers)


def expect_well(ended: Ended[Any], sizes: Sequence[int]) -> None:
    """A call that ended with OK, after answers of these sizes."""
    if ended.status.code != Code.OK:
        raise CheckFailed(other_end(ended.status, Code.OK))
    expect_answers(ended.answers, sizes)


def other_end(status: Status, wanted: Code) -> str:
    """What to say when a call ended with another code than it must."""
    text = f"ended with {WireError(status)} instead of {wanted.name}"
    if status.code == Code.UNIMPLEMENTED:
        text += " (is this a server for these cases? They need all of mallbots.interop.v1.InteropService)"
    return text


def values(metadata: Metadata, key: str) -> List[Union[str, bytes]]:
    """What a key has, in order."""
    return [value for each, value in metadata if each == key]
