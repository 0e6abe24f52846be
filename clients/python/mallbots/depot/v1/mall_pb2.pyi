from mallbots.types.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Dock(_message.Message):
    __slots__ = ["id", "node"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    id: str
    node: str
    def __init__(self, id: _Optional[str] = ..., node: _Optional[str] = ...) -> None: ...

class Edge(_message.Message):
    __slots__ = ["length_mm", "to"]
    FROM_FIELD_NUMBER: _ClassVar[int]
    LENGTH_MM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    length_mm: int
    to: str
    def __init__(self, to: _Optional[str] = ..., length_mm: _Optional[int] = ..., **kwargs) -> None: ...

class Floor(_message.Message):
    __slots__ = ["depth_mm", "name", "number", "width_mm"]
    DEPTH_MM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    WIDTH_MM_FIELD_NUMBER: _ClassVar[int]
    depth_mm: int
    name: str
    number: int
    width_mm: int
    def __init__(self, number: _Optional[int] = ..., name: _Optional[str] = ..., width_mm: _Optional[int] = ..., depth_mm: _Optional[int] = ...) -> None: ...

class Mall(_message.Message):
    __slots__ = ["depot_node", "docks", "edges", "floors", "name", "nodes"]
    DEPOT_NODE_FIELD_NUMBER: _ClassVar[int]
    DOCKS_FIELD_NUMBER: _ClassVar[int]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    FLOORS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    depot_node: str
    docks: _containers.RepeatedCompositeFieldContainer[Dock]
    edges: _containers.RepeatedCompositeFieldContainer[Edge]
    floors: _containers.RepeatedCompositeFieldContainer[Floor]
    name: str
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    def __init__(self, name: _Optional[str] = ..., floors: _Optional[_Iterable[_Union[Floor, _Mapping]]] = ..., nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., edges: _Optional[_Iterable[_Union[Edge, _Mapping]]] = ..., docks: _Optional[_Iterable[_Union[Dock, _Mapping]]] = ..., depot_node: _Optional[str] = ...) -> None: ...

class Node(_message.Message):
    __slots__ = ["id", "place"]
    ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    place: _types_pb2.Place
    def __init__(self, id: _Optional[str] = ..., place: _Optional[_Union[_types_pb2.Place, _Mapping]] = ...) -> None: ...
