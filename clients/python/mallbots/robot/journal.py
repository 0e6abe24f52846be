"""A robot's storage: what must outlive a crash, in one file of checked records."""
from __future__ import annotations

import fcntl
import os
import pathlib
import secrets
import zlib
from collections import deque
from typing import Deque, Iterable, Iterator, List, Optional, Tuple, Union

from google.protobuf.message import DecodeError

from ..bots.v1 import bots_pb2 as bots
from ..bots.v1.journal_pb2 import JournalBegin, JournalRecord

FORMAT = 1
COMPACT_BYTES = 256 * 1024


class JournalError(Exception):
    """The journal cannot be used; the message says what to do."""


class Journal:
    """Reports that are not acknowledged, the last directive, and the body's state: stored and flushed before anyone acts on them.

    Records are as in docs/robots.md. What belongs together is written at once and ends with the body's note: a
    beginning without its note was torn by a crash before anything of it was sent, and is cut off. (An acknowledgement
    stands alone.)
    """

    def __init__(self, folder: Union[str, os.PathLike[str]], compact_bytes: int = COMPACT_BYTES):
        self._folder, self._compact_bytes = pathlib.Path(folder), compact_bytes
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path = self._folder / "journal"
        self._lock = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise JournalError(f"{folder}: another process uses this journal; a robot runs once") from None
        self.id = ""
        self.last_report = self.last_directive = self.acknowledged = 0
        self.pending: Deque[bots.FromBot] = deque()
        self.note = b""
        self._file: Optional[int] = None
        self._size = 0
        try:
            if self._path.exists():
                self._load()
            else:
                self.id = secrets.token_hex(16)
                self._rewrite()
        except BaseException:
            self.close()
            raise

    def store(self, note: bytes, reports: Iterable[bots.FromBot] = (), directive: Optional[bots.ToBot] = None) -> None:
        """Numbers the reports; returns when they, the directive and the note are on disk, all or none of them."""
        records, number, new = [], self.last_report, []
        if directive is not None:
            records.append(JournalRecord(directive=directive))
        for report in reports:
            number += 1
            report.report = number
            new.append(report)
            records.append(JournalRecord(report=report))
        self._append(b"".join(map(_encode, [*records, JournalRecord(note=note)])))
        assert self._file is not None
        os.fsync(self._file)
        self.last_report, self.note = number, note
        self.pending.extend(new)
        if directive is not None:
            self.last_directive = directive.directive
        if self._size > self._compact_bytes:
            self._rewrite()

    def acknowledge(self, report: int) -> None:
        """Reports up to this one are on the gateway's disk. Need not be flushed: the next Welcome says it again."""
        if report > self.last_report:
            raise JournalError(f"report {report} is acknowledged, but only {self.last_report} were made: this journal is another mall's")
        if report > self.acknowledged:
            self.acknowledged = report
            while self.pending and self.pending[0].report <= report:
                self.pending.popleft()
            self._append(_encode(JournalRecord(report_ack=report)))

    def close(self) -> None:
        for descriptor in (self._file, self._lock):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)
        self._file, self._lock = None, -1

    # --- the file ---

    def _append(self, data: bytes) -> None:
        assert self._file is not None, "the journal is closed"
        view = memoryview(data)
        while view:
            written = os.write(self._file, view)
            view = view[written:]
        self._size += len(data)

    def _load(self) -> None:
        data = self._path.read_bytes()
        records = list(_decode(data))
        if not records or records[0][0].WhichOneof("kind") != "begin":
            raise JournalError(f"{self._path} is not a journal; move it away to begin a new one, and have a person look at the robot")
        begin = records[0][0].begin
        if begin.format != FORMAT:
            raise JournalError(f"{self._path} has format {begin.format}; this software knows {FORMAT}")
        self.id, self.last_report = begin.journal, begin.last_report
        self.last_directive, self.acknowledged = begin.last_directive, begin.report_ack
        whole, group = records[0][1], []  # type: int, List[JournalRecord]
        for record, end in records[1:]:
            group.append(record)
            if record.WhichOneof("kind") == "note" or record.WhichOneof("kind") == "report_ack" and len(group) == 1:
                for each in group:
                    self._apply(each)
                whole, group = end, []
        self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        os.ftruncate(self._file, whole)
        os.lseek(self._file, 0, os.SEEK_END)
        os.fsync(self._file)
        self._size = whole

    def _apply(self, record: JournalRecord) -> None:
        kind = record.WhichOneof("kind")
        if kind == "report":
            self.pending.append(record.report)
            self.last_report = max(self.last_report, record.report.report)
        elif kind == "directive":
            self.last_directive = max(self.last_directive, record.directive.directive)
        elif kind == "report_ack":
            self.acknowledged = max(self.acknowledged, record.report_ack)
            while self.pending and self.pending[0].report <= self.acknowledged:
                self.pending.popleft()
        elif kind == "note":
            self.note = record.note

    def _rewrite(self) -> None:
        """Writes a journal of what is still needed beside the old one, and puts it in its place."""
        begin = JournalBegin(
            format=FORMAT, journal=self.id, last_directive=self.last_directive, report_ack=self.acknowledged,
            last_report=self.pending[0].report - 1 if self.pending else self.last_report)
        records = [JournalRecord(begin=begin), *(JournalRecord(report=each) for each in self.pending), JournalRecord(note=self.note)]
        fresh = self._path.with_suffix(".new")
        file = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_CLOEXEC, 0o600)
        if self._file is not None:
            os.close(self._file)
        self._file, self._size = file, 0
        self._append(b"".join(map(_encode, records)))
        os.fsync(file)
        os.rename(fresh, self._path)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _encode(record: JournalRecord) -> bytes:
    data = record.SerializeToString()
    length = len(data).to_bytes(4, "big")
    return length + zlib.crc32(length + data).to_bytes(4, "big") + data


def _decode(data: bytes) -> Iterator[Tuple[JournalRecord, int]]:
    """Each whole record and where it ends, up to the first that is not whole."""
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        end = at + 8 + length
        if end > len(data) or zlib.crc32(data[at:at + 4] + data[at + 8:end]) != int.from_bytes(data[at + 4:at + 8], "big"):
            return
        try:
            yield JournalRecord.FromString(data[at + 8:end]), end
        except DecodeError:
            return
        at = end
