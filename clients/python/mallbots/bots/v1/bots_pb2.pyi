from mallbots.types.v1 import types_pb2 as _types_pb2
from mallbots.depot.v1 import mall_pb2 as _mall_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
REJECTION_CODE_NOT_IN_TASK: RejectionCode
REJECTION_CODE_STALE_EPOCH: RejectionCode
REJECTION_CODE_UNKNOWN_TASK: RejectionCode
REJECTION_CODE_UNSPECIFIED: RejectionCode
REJECTION_CODE_WRONG_STATE: RejectionCode
UNAVAILABLE_REASON_DAMAGED: UnavailableReason
UNAVAILABLE_REASON_OUT_OF_STOCK: UnavailableReason
UNAVAILABLE_REASON_STORE_CLOSED: UnavailableReason
UNAVAILABLE_REASON_UNSPECIFIED: UnavailableReason

class AssignTask(_message.Message):
    __slots__ = ["custody", "depot_node", "depot_place", "epoch", "lease_seconds", "order_id", "stops", "task_id"]
    CUSTODY_FIELD_NUMBER: _ClassVar[int]
    DEPOT_NODE_FIELD_NUMBER: _ClassVar[int]
    DEPOT_PLACE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STOPS_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    custody: _containers.RepeatedCompositeFieldContainer[_types_pb2.Stop]
    depot_node: str
    depot_place: _types_pb2.Place
    epoch: int
    lease_seconds: int
    order_id: str
    stops: _containers.RepeatedCompositeFieldContainer[_types_pb2.Stop]
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., lease_seconds: _Optional[int] = ..., order_id: _Optional[str] = ..., stops: _Optional[_Iterable[_Union[_types_pb2.Stop, _Mapping]]] = ..., depot_node: _Optional[str] = ..., depot_place: _Optional[_Union[_types_pb2.Place, _Mapping]] = ..., custody: _Optional[_Iterable[_Union[_types_pb2.Stop, _Mapping]]] = ...) -> None: ...

class CancelTask(_message.Message):
    __slots__ = ["epoch", "reason", "return_items", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETURN_ITEMS_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    reason: str
    return_items: bool
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., reason: _Optional[str] = ..., return_items: bool = ...) -> None: ...

class Fault(_message.Message):
    __slots__ = ["code", "message", "needs_help"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NEEDS_HELP_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    needs_help: bool
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., needs_help: bool = ...) -> None: ...

class FaultCleared(_message.Message):
    __slots__ = ["code"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class FromBot(_message.Message):
    __slots__ = ["directive_ack", "fault", "fault_cleared", "goodbye", "hello", "item_picked", "item_unavailable", "paused", "report", "resumed", "stop_done", "stop_reached", "task_abandoned", "task_accepted", "task_declined", "task_delivered", "task_request", "telemetry"]
    DIRECTIVE_ACK_FIELD_NUMBER: _ClassVar[int]
    FAULT_CLEARED_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    ITEM_PICKED_FIELD_NUMBER: _ClassVar[int]
    ITEM_UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    STOP_DONE_FIELD_NUMBER: _ClassVar[int]
    STOP_REACHED_FIELD_NUMBER: _ClassVar[int]
    TASK_ABANDONED_FIELD_NUMBER: _ClassVar[int]
    TASK_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    TASK_DECLINED_FIELD_NUMBER: _ClassVar[int]
    TASK_DELIVERED_FIELD_NUMBER: _ClassVar[int]
    TASK_REQUEST_FIELD_NUMBER: _ClassVar[int]
    TELEMETRY_FIELD_NUMBER: _ClassVar[int]
    directive_ack: int
    fault: Fault
    fault_cleared: FaultCleared
    goodbye: Goodbye
    hello: Hello
    item_picked: ItemPicked
    item_unavailable: ItemUnavailable
    paused: Paused
    report: int
    resumed: Resumed
    stop_done: StopDone
    stop_reached: StopReached
    task_abandoned: TaskAbandoned
    task_accepted: TaskAccepted
    task_declined: TaskDeclined
    task_delivered: TaskDelivered
    task_request: TaskRequest
    telemetry: Telemetry
    def __init__(self, report: _Optional[int] = ..., directive_ack: _Optional[int] = ..., telemetry: _Optional[_Union[Telemetry, _Mapping]] = ..., hello: _Optional[_Union[Hello, _Mapping]] = ..., task_request: _Optional[_Union[TaskRequest, _Mapping]] = ..., task_accepted: _Optional[_Union[TaskAccepted, _Mapping]] = ..., task_declined: _Optional[_Union[TaskDeclined, _Mapping]] = ..., stop_reached: _Optional[_Union[StopReached, _Mapping]] = ..., item_picked: _Optional[_Union[ItemPicked, _Mapping]] = ..., item_unavailable: _Optional[_Union[ItemUnavailable, _Mapping]] = ..., stop_done: _Optional[_Union[StopDone, _Mapping]] = ..., task_delivered: _Optional[_Union[TaskDelivered, _Mapping]] = ..., task_abandoned: _Optional[_Union[TaskAbandoned, _Mapping]] = ..., fault: _Optional[_Union[Fault, _Mapping]] = ..., fault_cleared: _Optional[_Union[FaultCleared, _Mapping]] = ..., paused: _Optional[_Union[Paused, _Mapping]] = ..., resumed: _Optional[_Union[Resumed, _Mapping]] = ..., goodbye: _Optional[_Union[Goodbye, _Mapping]] = ...) -> None: ...

class GetMapRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetMapResponse(_message.Message):
    __slots__ = ["mall"]
    MALL_FIELD_NUMBER: _ClassVar[int]
    mall: _mall_pb2.Mall
    def __init__(self, mall: _Optional[_Union[_mall_pb2.Mall, _Mapping]] = ...) -> None: ...

class GoCharge(_message.Message):
    __slots__ = ["dock_id", "node", "place"]
    DOCK_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    dock_id: str
    node: str
    place: _types_pb2.Place
    def __init__(self, dock_id: _Optional[str] = ..., node: _Optional[str] = ..., place: _Optional[_Union[_types_pb2.Place, _Mapping]] = ...) -> None: ...

class Goodbye(_message.Message):
    __slots__ = ["reason"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ["bot_id", "capabilities", "capacity_units", "journal", "last_directive", "model", "protocol_version", "software"]
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_UNITS_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_FIELD_NUMBER: _ClassVar[int]
    LAST_DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SOFTWARE_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    capacity_units: int
    journal: str
    last_directive: int
    model: str
    protocol_version: int
    software: str
    def __init__(self, bot_id: _Optional[str] = ..., model: _Optional[str] = ..., protocol_version: _Optional[int] = ..., capacity_units: _Optional[int] = ..., capabilities: _Optional[_Iterable[str]] = ..., journal: _Optional[str] = ..., last_directive: _Optional[int] = ..., software: _Optional[str] = ...) -> None: ...

class Identify(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ItemPicked(_message.Message):
    __slots__ = ["epoch", "product_id", "quantity", "store_id", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    product_id: str
    quantity: int
    store_id: str
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., store_id: _Optional[str] = ..., product_id: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class ItemUnavailable(_message.Message):
    __slots__ = ["epoch", "product_id", "quantity", "reason", "store_id", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    product_id: str
    quantity: int
    reason: UnavailableReason
    store_id: str
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., store_id: _Optional[str] = ..., product_id: _Optional[str] = ..., quantity: _Optional[int] = ..., reason: _Optional[_Union[UnavailableReason, str]] = ...) -> None: ...

class Pause(_message.Message):
    __slots__ = ["reason"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Paused(_message.Message):
    __slots__ = ["reason"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Rejected(_message.Message):
    __slots__ = ["code", "report", "why"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    code: RejectionCode
    report: int
    why: str
    def __init__(self, report: _Optional[int] = ..., code: _Optional[_Union[RejectionCode, str]] = ..., why: _Optional[str] = ...) -> None: ...

class Resume(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class Resumed(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ReturnToDock(_message.Message):
    __slots__ = ["dock_id", "node", "place"]
    DOCK_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    dock_id: str
    node: str
    place: _types_pb2.Place
    def __init__(self, dock_id: _Optional[str] = ..., node: _Optional[str] = ..., place: _Optional[_Union[_types_pb2.Place, _Mapping]] = ...) -> None: ...

class ReviseTask(_message.Message):
    __slots__ = ["epoch", "stops", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    STOPS_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    stops: _containers.RepeatedCompositeFieldContainer[_types_pb2.Stop]
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., stops: _Optional[_Iterable[_Union[_types_pb2.Stop, _Mapping]]] = ...) -> None: ...

class StopDone(_message.Message):
    __slots__ = ["epoch", "store_id", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    store_id: str
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., store_id: _Optional[str] = ...) -> None: ...

class StopReached(_message.Message):
    __slots__ = ["epoch", "store_id", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    store_id: str
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., store_id: _Optional[str] = ...) -> None: ...

class Superseded(_message.Message):
    __slots__ = ["session"]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: int
    def __init__(self, session: _Optional[int] = ...) -> None: ...

class TaskAbandoned(_message.Message):
    __slots__ = ["epoch", "reason", "returned", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    reason: str
    returned: bool
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., reason: _Optional[str] = ..., returned: bool = ...) -> None: ...

class TaskAccepted(_message.Message):
    __slots__ = ["epoch", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

class TaskDeclined(_message.Message):
    __slots__ = ["epoch", "reason", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    reason: str
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class TaskDelivered(_message.Message):
    __slots__ = ["epoch", "task_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    task_id: str
    def __init__(self, task_id: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

class TaskRequest(_message.Message):
    __slots__ = ["battery_percent", "capacity_units", "place", "range_mm"]
    BATTERY_PERCENT_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_UNITS_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    RANGE_MM_FIELD_NUMBER: _ClassVar[int]
    battery_percent: int
    capacity_units: int
    place: _types_pb2.Place
    range_mm: int
    def __init__(self, capacity_units: _Optional[int] = ..., place: _Optional[_Union[_types_pb2.Place, _Mapping]] = ..., battery_percent: _Optional[int] = ..., range_mm: _Optional[int] = ...) -> None: ...

class Telemetry(_message.Message):
    __slots__ = ["battery_percent", "distance_left_mm", "heading_degrees", "place", "speed_mm_per_s", "task_id"]
    BATTERY_PERCENT_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_LEFT_MM_FIELD_NUMBER: _ClassVar[int]
    HEADING_DEGREES_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SPEED_MM_PER_S_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    battery_percent: int
    distance_left_mm: int
    heading_degrees: int
    place: _types_pb2.Place
    speed_mm_per_s: int
    task_id: str
    def __init__(self, place: _Optional[_Union[_types_pb2.Place, _Mapping]] = ..., heading_degrees: _Optional[int] = ..., speed_mm_per_s: _Optional[int] = ..., battery_percent: _Optional[int] = ..., task_id: _Optional[str] = ..., distance_left_mm: _Optional[int] = ...) -> None: ...

class ToBot(_message.Message):
    __slots__ = ["assign_task", "cancel_task", "directive", "go_charge", "identify", "pause", "rejected", "report_ack", "resume", "return_to_dock", "revise_task", "superseded", "welcome"]
    ASSIGN_TASK_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TASK_FIELD_NUMBER: _ClassVar[int]
    DIRECTIVE_FIELD_NUMBER: _ClassVar[int]
    GO_CHARGE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFY_FIELD_NUMBER: _ClassVar[int]
    PAUSE_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    REPORT_ACK_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    RETURN_TO_DOCK_FIELD_NUMBER: _ClassVar[int]
    REVISE_TASK_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    assign_task: AssignTask
    cancel_task: CancelTask
    directive: int
    go_charge: GoCharge
    identify: Identify
    pause: Pause
    rejected: Rejected
    report_ack: int
    resume: Resume
    return_to_dock: ReturnToDock
    revise_task: ReviseTask
    superseded: Superseded
    welcome: Welcome
    def __init__(self, directive: _Optional[int] = ..., report_ack: _Optional[int] = ..., welcome: _Optional[_Union[Welcome, _Mapping]] = ..., assign_task: _Optional[_Union[AssignTask, _Mapping]] = ..., revise_task: _Optional[_Union[ReviseTask, _Mapping]] = ..., cancel_task: _Optional[_Union[CancelTask, _Mapping]] = ..., pause: _Optional[_Union[Pause, _Mapping]] = ..., resume: _Optional[_Union[Resume, _Mapping]] = ..., return_to_dock: _Optional[_Union[ReturnToDock, _Mapping]] = ..., go_charge: _Optional[_Union[GoCharge, _Mapping]] = ..., identify: _Optional[_Union[Identify, _Mapping]] = ..., rejected: _Optional[_Union[Rejected, _Mapping]] = ..., superseded: _Optional[_Union[Superseded, _Mapping]] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ["last_report", "lease_seconds", "server_time_unix_ms", "session", "telemetry_interval_ms"]
    LAST_REPORT_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TELEMETRY_INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    last_report: int
    lease_seconds: int
    server_time_unix_ms: int
    session: int
    telemetry_interval_ms: int
    def __init__(self, session: _Optional[int] = ..., last_report: _Optional[int] = ..., lease_seconds: _Optional[int] = ..., telemetry_interval_ms: _Optional[int] = ..., server_time_unix_ms: _Optional[int] = ...) -> None: ...

class UnavailableReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RejectionCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
