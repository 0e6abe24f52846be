from mallbots.bots.v1 import bots_pb2 as _bots_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BodyNote(_message.Message):
    __slots__ = ["dock_id", "node", "paused", "range_mm", "returned_store_ids"]
    DOCK_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    RANGE_MM_FIELD_NUMBER: _ClassVar[int]
    RETURNED_STORE_IDS_FIELD_NUMBER: _ClassVar[int]
    dock_id: str
    node: str
    paused: bool
    range_mm: int
    returned_store_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, node: _Optional[str] = ..., range_mm: _Optional[int] = ..., paused: bool = ..., returned_store_ids: _Optional[_Iterable[str]] = ..., dock_id: _Optional[str] = ...) -> None: ...

class JournalBegin(_message.Message):
    __slots__ = ["format", "journal", "last_directive", "last_report", "report_ack"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_FIELD_NUMBER: _ClassVar[int]
    LAST_DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    LAST_REPORT_FIELD_NUMBER: _ClassVar[int]
    REPORT_ACK_FIELD_NUMBER: _ClassVar[int]
    format: int
    journal: str
    last_directive: int
    last_report: int
    report_ack: int
    def __init__(self, format: _Optional[int] = ..., journal: _Optional[str] = ..., last_report: _Optional[int] = ..., last_directive: _Optional[int] = ..., report_ack: _Optional[int] = ...) -> None: ...

class JournalRecord(_message.Message):
    __slots__ = ["begin", "directive", "directive_done", "note", "report", "report_ack"]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    DIRECTIVE_DONE_FIELD_NUMBER: _ClassVar[int]
    DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REPORT_ACK_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    begin: JournalBegin
    directive: _bots_pb2.ToBot
    directive_done: int
    note: bytes
    report: _bots_pb2.FromBot
    report_ack: int
    def __init__(self, begin: _Optional[_Union[JournalBegin, _Mapping]] = ..., report: _Optional[_Union[_bots_pb2.FromBot, _Mapping]] = ..., directive: _Optional[_Union[_bots_pb2.ToBot, _Mapping]] = ..., report_ack: _Optional[int] = ..., note: _Optional[bytes] = ..., directive_done: _Optional[int] = ...) -> None: ...
