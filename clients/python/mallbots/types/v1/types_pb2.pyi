from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Item(_message.Message):
    __slots__ = ["name", "product_id", "quantity", "size_units"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SIZE_UNITS_FIELD_NUMBER: _ClassVar[int]
    name: str
    product_id: str
    quantity: int
    size_units: int
    def __init__(self, product_id: _Optional[str] = ..., name: _Optional[str] = ..., quantity: _Optional[int] = ..., size_units: _Optional[int] = ...) -> None: ...

class Money(_message.Message):
    __slots__ = ["currency_code", "minor_units"]
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    currency_code: str
    minor_units: int
    def __init__(self, minor_units: _Optional[int] = ..., currency_code: _Optional[str] = ...) -> None: ...

class Place(_message.Message):
    __slots__ = ["floor", "x_mm", "y_mm"]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    X_MM_FIELD_NUMBER: _ClassVar[int]
    Y_MM_FIELD_NUMBER: _ClassVar[int]
    floor: int
    x_mm: int
    y_mm: int
    def __init__(self, floor: _Optional[int] = ..., x_mm: _Optional[int] = ..., y_mm: _Optional[int] = ...) -> None: ...

class Stop(_message.Message):
    __slots__ = ["items", "node", "place", "store_id", "store_name"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_NAME_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Item]
    node: str
    place: Place
    store_id: str
    store_name: str
    def __init__(self, store_id: _Optional[str] = ..., store_name: _Optional[str] = ..., node: _Optional[str] = ..., place: _Optional[_Union[Place, _Mapping]] = ..., items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ...) -> None: ...
