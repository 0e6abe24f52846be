"""How calls end, and the metadata beside their messages."""
from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Iterable, List, Optional, Sequence, Tuple, Union

from .v1 import wire_pb2 as pb

#: Pairs in order; a key may occur more than once. A key that ends in "-bin" has bytes, any other printable ASCII.
Metadata = Sequence[Tuple[str, Union[str, bytes]]]


class Code(enum.IntEnum):
    """gRPC's status codes, with gRPC's meanings."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    @classmethod
    def of(cls, number: int) -> "Code":
        """A code that a newer peer knows is UNKNOWN here."""
        try:
            return cls(number)
        except ValueError:
            return cls.UNKNOWN


@dataclass(frozen=True)
class Status:
    """How a call ended. `begun` is False when the server never began it, so that it is safe to call again elsewhere."""

    code: Code
    message: str = ""
    metadata: Metadata = ()
    begun: bool = True

    @property
    def retry_after(self) -> Optional[float]:
        """How long the server asks to wait before another try, in seconds; None when it does not say."""
        for key, value in self.metadata:
            if key == "retry-after-ms" and isinstance(value, str) and value.isascii() and value.isdigit():
                return min(int(value) / 1000, 86_400.0)
        return None


class WireError(Exception):
    """A call or a connection ended with another status than OK."""

    def __init__(self, status: Status):
        super().__init__(f"{status.code.name}: {status.message}" if status.message else status.code.name)
        self.status = status

    @classmethod
    def of(cls, code: Code, message: str, begun: bool = True) -> "WireError":
        return cls(Status(code, message, (), begun))

    @property
    def code(self) -> Code:
        return self.status.code


_KEY = re.compile(r"[a-z0-9_.-]+")
_TEXT = re.compile(r"[ -~]*")


def encode_metadata(pairs: Metadata) -> List[pb.MetadataEntry]:
    """Checks the rules that the server would end the call for."""
    entries = []
    for key, value in pairs:
        if not _KEY.fullmatch(key):
            raise ValueError(f"metadata key {key!r}: use lower-case letters, digits, '-', '_' and '.'")
        if isinstance(value, bytes) != key.endswith("-bin"):
            raise ValueError(f"metadata {key!r}: keys that end in -bin have bytes, others have text")
        if isinstance(value, bytes):
            entries.append(pb.MetadataEntry(key=key, binary_value=value))
        elif _TEXT.fullmatch(value):
            entries.append(pb.MetadataEntry(key=key, value=value))
        else:
            raise ValueError(f"metadata {key!r}: {value!r} is not printable ASCII; use a key that ends in -bin")
    return entries


def decode_metadata(entries: Iterable[pb.MetadataEntry]) -> Metadata:
    return tuple((each.key, each.binary_value if each.key.endswith("-bin") else each.value) for each in entries)
