"""Encode inputs and events as messages of a session (topic, schema and bytes), and decode them.

========================================  ==================================================
``/notifications/SENSOR/CHARACTERISTIC``  bytes as they arrived (``protobuf.py``)
``/samples/SENSOR``                       simulated and table samples (``protobuf.py``)
``/inputs/TYPE``                          all other inputs of the engine, JSON
``/events/TYPE``                          its events, JSON as in event lines
========================================  ==================================================
"""

from __future__ import annotations

import typing
from functools import cache
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from cued.model import (
    AnyEvent,
    Battery,
    Belt,
    BeltFault,
    Cadence,
    Command,
    CueDone,
    HeartRate,
    Input,
    LinkChanged,
    Notification,
    Packet,
    Tick,
)
from cued.recording.sessions import protobuf

Plain: TypeAlias = (
    Belt | BeltFault | LinkChanged | Battery | HeartRate | Cadence | Command | CueDone | Tick
)
INPUTS, EVENTS = "/inputs/", "/events/"
NOTIFICATIONS, SAMPLES = "/notifications/", "/samples/"

OPEN = ("title", "additionalProperties")  # keys that a viewer does not need

_encode = msgspec.json.Encoder(enc_hook=float).encode  # for numpy numbers, should one slip in
_input = msgspec.json.Decoder(Plain).decode
_event = msgspec.json.Decoder(AnyEvent).decode


class Schema(Struct, frozen=True):
    """The form of a topic's messages: the fields of MCAP's channel and schema records."""

    name: str
    encoding: str
    data: bytes
    messages: str


class FileMessage(Struct, frozen=True):
    """An encoded item; ``t`` is the item's own time."""

    topic: str
    t: float
    data: bytes


def message(item: Input | AnyEvent) -> FileMessage:
    """Encode an input or an event."""
    match item:
        case Notification():
            topic = f"{NOTIFICATIONS}{item.sensor}/{item.char}"
            return FileMessage(topic, item.t, protobuf.notification(item))
        case Packet():
            return FileMessage(f"{SAMPLES}{item.sensor}", item.t, protobuf.samples(item))
        case _:
            return FileMessage(_topic(type(item)), item.t, _encode(item))


def item_of(topic: str, data: bytes) -> Input | AnyEvent:
    """Decode a message. Raises ValueError when it is invalid."""
    if topic.startswith(EVENTS):
        return _event(data)
    if topic.startswith(NOTIFICATIONS):
        sensor, _, char = topic.removeprefix(NOTIFICATIONS).partition("/")
        return protobuf.read_notification(data, sensor, char)
    if topic.startswith(SAMPLES):
        return protobuf.read_samples(data, topic.removeprefix(SAMPLES))
    return _input(data)


@cache
def schema_of(topic: str) -> Schema:
    """Describe the messages of a topic."""
    if topic.startswith(NOTIFICATIONS):
        return _protobuf("Notification", protobuf.NOTIFICATION)
    if topic.startswith(SAMPLES):
        return _protobuf("Samples", protobuf.SAMPLES)
    kind = _KINDS[topic]
    (full,), parts = msgspec.json.schema_components([kind], ref_template="{name}")
    data = msgspec.json.encode(_flat(full, parts))
    return Schema(f"cued.{kind.__name__}", "jsonschema", data, "json")


def _protobuf(name: str, fields: tuple[tuple[str, int, int], ...]) -> Schema:
    return Schema(f"cued.{name}", "protobuf", protobuf.schema(name, fields), "protobuf")


def _flat(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Simplify a JSON schema for viewers: without references or alternatives."""
    schema = parts.get(schema.get("$ref", ""), schema)
    choices = [c for c in schema.get("anyOf", ()) if c.get("type") != "null"]
    if choices:  # of a number or a text, the number
        schema = {"default": None, **_flat(choices[0], parts)}
    if "properties" in schema:
        fields = {name: _flat(field, parts) for name, field in schema["properties"].items()}
        schema = {**schema, "properties": fields}
    if "enum" in schema or "const" in schema:
        schema = {"type": "string", **schema}
    if isinstance(schema.get("items"), dict):
        schema = {**schema, "items": _flat(schema["items"], parts)}
    if schema.get("prefixItems"):
        schema = {"type": "array", "items": _flat(schema["prefixItems"][0], parts)}
    return {key: value for key, value in schema.items() if key not in OPEN}


def _kinds() -> dict[str, type[Struct]]:
    kinds: dict[str, type[Struct]] = {}
    for where, union in ((INPUTS, Plain), (EVENTS, AnyEvent)):
        for kind in typing.get_args(union):
            kinds[f"{where}{kind.__struct_config__.tag}"] = kind
    return kinds


_KINDS = _kinds()
_TOPICS = {kind: topic for topic, kind in _KINDS.items()}
_topic = _TOPICS.__getitem__
