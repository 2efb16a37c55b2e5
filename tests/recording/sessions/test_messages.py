"""Inputs and events as messages: what is invalid is refused, and viewers know the form."""

from __future__ import annotations

import math
import typing

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cued.model import (
    AnyEvent,
    Event,
)
from cued.recording.sessions.messages import Plain, item_of, message, schema_of


@given(st.binary(max_size=200), st.sampled_from(["/samples/trunk", "/notifications/trunk/a"]))
def test_invalid_messages_are_refused(data, topic):
    try:
        item = item_of(topic, data)
    except ValueError:
        return
    assert math.isnan(item.t) or message(item).data  # what was read can be written


def test_every_kind_of_input_and_event_has_a_schema_that_viewers_read():
    """Viewers need objects of plain types: no reference, alternative or open type."""
    kinds = [*typing.get_args(Plain), *typing.get_args(AnyEvent)]
    for kind in kinds:
        where = "events" if issubclass(kind, Event) else "inputs"
        record = schema_of(f"/{where}/{kind.__struct_config__.tag}")
        schema = msgspec.json.decode(record.data)
        assert (record.encoding, schema["type"]) == ("jsonschema", "object")
        assert set(schema["properties"]) >= {"type", "t"}
        assert b"$ref" not in record.data
        assert b"anyOf" not in record.data
