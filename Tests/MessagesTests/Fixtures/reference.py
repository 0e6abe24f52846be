#!/usr/bin/env python3
"""Answers with Google's implementation: makes the cases that ReferenceTests compares ours with.

    reference.py FEATURES.binpb SEED COUNT      prints one JSON object a line

`message`: the type; `name`: for the cases that a test also builds itself; `input`: bytes in hex, canonical unless
`canonical` differs; `canonical`: what Google's implementation makes of them when it writes them again in a fixed order,
unknown fields dropped; left out when it is the input; `json`: the same in protobuf's JSON mapping;
`twice`: a oneof's message comes twice, which ours refuses.
"""
import json
import random
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format
from google.protobuf.descriptor import FieldDescriptor as F

try:
    from google.protobuf.message_factory import GetMessageClass
except ImportError:  # before 4.22
    from google.protobuf.message_factory import MessageFactory
    GetMessageClass = MessageFactory().GetPrototype

INT32 = [0, 1, -1, 127, 128, -128, 2**31 - 1, -2**31, 300]
INT64 = INT32 + [2**63 - 1, -2**63, 2**32, -2**32]
UINT32 = [0, 1, 127, 128, 2**32 - 1, 2**31]
UINT64 = UINT32 + [2**64 - 1, 2**63, 2**32]
FLOATS = [0.0, -0.0, 1.0, -1.5, float("inf"), float("-inf"), float("nan"), 3.4028234663852886e38, 1.401298464324817e-45,
          16777216.0, 0.5]
DOUBLES = FLOATS + [1.7976931348623157e308, 5e-324, 0.1, 1e21, 1e-7, 123456789.125]
STRINGS = ["", "a", "naïve", "日本語", "𝄞😀", "\u0000", "a\u0000b", "\"quoted\\\"\n\r\t\u0001\u001f\u007f", "\ufeff", "x" * 300,
           "\uffff", "\U0010ffff", "/</script>", "e\u0301"]
BYTES = [b"", b"\0", b"\xff\xfe", b"abc", b"abcd", b"abcde", bytes(range(256)), b"\0" * 1000]
INTS = {
    F.TYPE_INT32: INT32, F.TYPE_SINT32: INT32, F.TYPE_SFIXED32: INT32,
    F.TYPE_INT64: INT64, F.TYPE_SINT64: INT64, F.TYPE_SFIXED64: INT64,
    F.TYPE_UINT32: UINT32, F.TYPE_FIXED32: UINT32, F.TYPE_UINT64: UINT64, F.TYPE_FIXED64: UINT64,
    F.TYPE_ENUM: [0, 1, 5, 9, -1, 77, -77, 2**31 - 1, -2**31],
}


def is_repeated(field):
    # `label` is gone from newer versions, `is_repeated` is not in older ones.
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == F.LABEL_REPEATED


def canonical(message):
    """The message's bytes: fields by number, a map's entries by key (implementations differ in this), nothing unknown."""
    out = b""
    for field, value in sorted(message.ListFields(), key=lambda pair: pair[0].number):
        alone = type(message)()
        if field.message_type and field.message_type.GetOptions().map_entry:
            in_order = sorted(value, key=lambda key: key.encode() if isinstance(key, str) else key)
            for key in in_order:
                entry = type(message)()
                if field.message_type.fields_by_name["value"].message_type:
                    getattr(entry, field.name)[key].CopyFrom(value[key])
                else:
                    getattr(entry, field.name)[key] = value[key]
                out += entry.SerializeToString(deterministic=True)
            continue
        if is_repeated(field):
            getattr(alone, field.name).extend(value)
        elif field.message_type:
            getattr(alone, field.name).CopyFrom(value)
        else:
            setattr(alone, field.name, value)
        out += alone.SerializeToString(deterministic=True)
    return out


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self, field):
        r = self.random
        if field.type in INTS:
            if field.type != F.TYPE_ENUM and r.random() < 0.5:
                bound = max(INTS[field.type])
                low = 0 if min(INTS[field.type]) == 0 else -bound
                return r.randint(low, bound) >> r.randint(0, 60 if bound > 2**32 else 28)
            return r.choice(INTS[field.type])
        if field.type == F.TYPE_FLOAT:
            if r.random() < 0.5:
                return struct.unpack("<f", struct.pack("<I", r.getrandbits(23) | r.randint(1, 254) << 23))[0]
            return r.choice(FLOATS)
        if field.type == F.TYPE_DOUBLE:
            return r.choice(DOUBLES) if r.random() < 0.5 else r.uniform(-1e9, 1e9)
        if field.type == F.TYPE_BOOL:
            return r.random() < 0.5
        if field.type == F.TYPE_STRING:
            return r.choice(STRINGS)
        return r.choice(BYTES)

    def fill(self, message, density, depth=0):
        """Sets about `density` of the fields to anything."""
        fields = list(message.DESCRIPTOR.fields)
        self.random.shuffle(fields)
        for field in fields:
            if self.random.random() >= density:
                continue
            if field.message_type and field.message_type.GetOptions().map_entry:
                self.fill_map(getattr(message, field.name), field, density, depth)
            elif is_repeated(field):
                for _ in range(self.random.choice([1, 1, 2, 5, 20])):
                    if field.message_type:
                        self.fill(getattr(message, field.name).add(), density / 2, depth + 1)
                    else:
                        getattr(message, field.name).append(self.scalar(field))
            elif field.message_type:
                getattr(message, field.name).SetInParent()
                self.fill(getattr(message, field.name), density, depth + 1)
            else:
                setattr(message, field.name, self.scalar(field))

    def fill_map(self, target, field, density, depth):
        key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
        for _ in range(self.random.choice([1, 2, 7])):
            k = self.scalar(key)
            if k == "e\u0301":
                continue  # Swift holds strings that are canonically equivalent for equal
            if value.message_type:
                self.fill(target[k], density, depth + 1)
            else:
                target[k] = self.scalar(value)


def chooses_again(one, other):
    """Whether both have the same message in the same oneof."""
    for oneof in one.DESCRIPTOR.oneofs:
        chosen = one.WhichOneof(oneof.name)
        if chosen and chosen == other.WhichOneof(oneof.name) and one.DESCRIPTOR.fields_by_name[chosen].message_type:
            return True
    return False


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def delimited(number, content):
    return tag(number, 2) + varint(len(content)) + content


UNKNOWN = (tag(1000, 0) + varint(2**64 - 1) + tag(1001, 1) + b"12345678" + tag(1002, 5) + b"1234"
           + delimited(1003, b"\xff\x00unknown") + delimited(2**29 - 2, b""))


def main():
    with open(sys.argv[1], "rb") as file:
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    types = {name: GetMessageClass(pool.FindMessageTypeByName("mallbots.testing.v1." + name))
             for name in ("Everything", "Words", "Nothing", "Shared")}
    make = Maker(int(sys.argv[2]))

    def emit(kind, message, data=None, name=None, twice=False):
        data = canonical(message) if data is None else data
        parsed = types[kind].FromString(data)
        parsed.DiscardUnknownFields()
        line = {"message": kind, "input": data.hex(), "json": json_format.MessageToDict(parsed)}
        if canonical(parsed) != data:
            line["canonical"] = canonical(parsed).hex()
        if name:
            line["name"] = name
        if twice:
            line["twice"] = True
        print(json.dumps(line))

    # Every field by itself, at each of its special values.
    for field in types["Everything"].DESCRIPTOR.fields:
        if field.message_type or is_repeated(field):
            continue
        values = INTS.get(field.type) or {F.TYPE_FLOAT: FLOATS, F.TYPE_DOUBLE: DOUBLES, F.TYPE_BOOL: [False, True],
                                          F.TYPE_STRING: STRINGS, F.TYPE_BYTES: BYTES}[field.type]
        for value in values:
            emit("Everything", types["Everything"](**{field.name: value}))
    named(types, emit)
    for kind in types:
        emit(kind, types[kind]())
    for _ in range(int(sys.argv[3])):
        for kind in ("Everything", "Words"):
            one, other = types[kind](), types[kind]()
            make.fill(one, make.random.choice([0.1, 0.4, 0.9]))
            make.fill(other, 0.2)
            emit(kind, one)
            first = canonical(one)
            second = canonical(other)
            # Unknown fields before and behind; fields out of order; two messages merged into one.
            emit(kind, None, UNKNOWN + first + UNKNOWN)
            emit(kind, None, second + first, twice=chooses_again(other, one))
            if one.ByteSize() < 2000:
                emit(kind, None, first + first, twice=chooses_again(one, one))


def named(types, emit):
    everything = types["Everything"]
    emit("Everything", everything(a_double=-0.0, a_float=-0.0, an_int32=-2**31, an_int64=-2**63, a_sint32=-2**31,
                                  a_sint64=-2**63, a_sfixed32=-2**31, a_sfixed64=-2**63, color=-2**31), name="lowest")
    emit("Everything", everything(
        a_double=float("inf"), a_float=float("inf"), an_int32=2**31 - 1, an_int64=2**63 - 1, a_uint32=2**32 - 1,
        a_uint64=2**64 - 1, a_sint32=2**31 - 1, a_sint64=2**63 - 1, a_fixed32=2**32 - 1, a_fixed64=2**64 - 1,
        a_sfixed32=2**31 - 1, a_sfixed64=2**63 - 1, a_bool=True, a_string="\U0010ffff", some_bytes=b"\xff" * 3,
        color=2**31 - 1, last=2**32 - 1), name="highest")
    nested = everything.DESCRIPTOR.nested_types_by_name["Nested"]
    Nested = GetMessageClass(nested)
    Deep = GetMessageClass(nested.nested_types_by_name["Deep"])
    emit("Everything", everything(
        nested=Nested(deep=Deep(path=[0, -1, 1, -2**31], kind=1)), nesteds=[Nested(), Nested(name="two"), Nested(deep=Deep())],
        chosen_nested=Nested(), deep=Deep(), shared=types["Shared"](count=7, text="seven")), name="nested")
    emit("Everything", everything(
        doubles=[0.0, -0.0, 1.5], floats=[0.25], int32s=[0, -1], int64s=[-1], uint32s=[0], uint64s=[2**64 - 1],
        sint32s=[-64, 64], sint64s=[-1], fixed32s=[1], fixed64s=[2], sfixed32s=[-3], sfixed64s=[-4], bools=[True, False],
        strings=["", "a\0b", "😀"], byte_strings=[b"", b"\0\xff"], colors=[0, 1, 99, -1], unpacked=[0, 1, -1]),
        name="repeated")
    emit("Everything", everything(
        names={"": "", "b": "2", "a": "1", "é": "3"}, blobs={-1: b"", 0: b"\1", 5: b""}, flags={True: 0.0, False: -0.0},
        palette={0: 0, 2**64 - 1: 99}, children={"x": Nested(), "": Nested(name="n")}, weights={-1: 1.5, 1: 0.0},
        marks={1: False, 0: True}), name="maps")
    emit("Everything", everything(chosen_bool=False, number=0), name="oneof default")
    emit("Words", types["Words"](**{
        "in": "1", "default": "2", "class": "3", "init": "4", "self": "5", "json": "6", "protobuf": "7", "base": "8",
        "int": "9", "c": "10", "message": "11", "string": "12", "item": ["13"], "index": [14], "entry": {"15": 15},
        "hash_value": "16", "url": "17", "http_url_id": "18", "order_ids": ["19"], "camelCase": "20",
        "Upper_Case_ID": "21", "with_json": "22", "type": "23", "description": "24", "arena": "25", "while": "28"}),
        name="words")


if __name__ == "__main__":
    main()
