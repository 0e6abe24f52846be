from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AnswerForm(_message.Message):
    __slots__ = ["bytes", "interval_us"]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_US_FIELD_NUMBER: _ClassVar[int]
    bytes: int
    interval_us: int
    def __init__(self, bytes: _Optional[int] = ..., interval_us: _Optional[int] = ...) -> None: ...

class EchoStatus(_message.Message):
    __slots__ = ["code", "message"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class EmptyMessage(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class Payload(_message.Message):
    __slots__ = ["body"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    def __init__(self, body: _Optional[bytes] = ...) -> None: ...

class StreamingInputRequest(_message.Message):
    __slots__ = ["payload"]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: Payload
    def __init__(self, payload: _Optional[_Union[Payload, _Mapping]] = ...) -> None: ...

class StreamingInputResponse(_message.Message):
    __slots__ = ["payload_bytes"]
    PAYLOAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    payload_bytes: int
    def __init__(self, payload_bytes: _Optional[int] = ...) -> None: ...

class StreamingOutputRequest(_message.Message):
    __slots__ = ["answers", "payload", "status"]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[AnswerForm]
    payload: Payload
    status: EchoStatus
    def __init__(self, answers: _Optional[_Iterable[_Union[AnswerForm, _Mapping]]] = ..., payload: _Optional[_Union[Payload, _Mapping]] = ..., status: _Optional[_Union[EchoStatus, _Mapping]] = ...) -> None: ...

class StreamingOutputResponse(_message.Message):
    __slots__ = ["payload"]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: Payload
    def __init__(self, payload: _Optional[_Union[Payload, _Mapping]] = ...) -> None: ...

class UnaryRequest(_message.Message):
    __slots__ = ["answer_bytes", "delay_ms", "name_caller", "payload", "status"]
    ANSWER_BYTES_FIELD_NUMBER: _ClassVar[int]
    DELAY_MS_FIELD_NUMBER: _ClassVar[int]
    NAME_CALLER_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    answer_bytes: int
    delay_ms: int
    name_caller: bool
    payload: Payload
    status: EchoStatus
    def __init__(self, answer_bytes: _Optional[int] = ..., payload: _Optional[_Union[Payload, _Mapping]] = ..., status: _Optional[_Union[EchoStatus, _Mapping]] = ..., delay_ms: _Optional[int] = ..., name_caller: bool = ...) -> None: ...

class UnaryResponse(_message.Message):
    __slots__ = ["caller", "payload"]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    caller: str
    payload: Payload
    def __init__(self, payload: _Optional[_Union[Payload, _Mapping]] = ..., caller: _Optional[str] = ...) -> None: ...
