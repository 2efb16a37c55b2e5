"""The values that cross the seams: events as lines of JSON, and unions that are complete."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from cued import model
from cued.model import AnyEvent, BeltFault, CuedError, Event, Input, Phase, Stride, Tick


def test_every_event_has_a_tag_of_its_own_and_is_in_the_union() -> None:
    events = set(get_args(AnyEvent))
    assert events == set(Event.__subclasses__())
    tags = {event.__struct_config__.tag for event in events}
    assert len(tags) == len(events)


def test_an_event_is_a_line_of_json_and_back() -> None:
    phase = Phase(t=1.5, known_t=1.7, name="settle", from_="idle", why="begin")
    line = msgspec.json.encode(phase)
    assert msgspec.json.decode(line)["from"] == "idle"
    assert msgspec.json.decode(line)["type"] == "phase"
    assert msgspec.json.decode(line, type=AnyEvent) == phase
    stride = Stride(t=2.0, side="left", duration_s=1.1, length_m=None, speed_m_s=None)
    assert msgspec.json.decode(msgspec.json.encode(stride), type=AnyEvent) == stride


def test_no_value_can_be_changed_by_who_receives_it() -> None:
    for kind in (*get_args(AnyEvent), *get_args(Input)):
        assert kind.__struct_config__.frozen, kind
    with pytest.raises(AttributeError):
        Tick(1.0).t = 2.0  # type: ignore[misc]


def test_an_unknown_field_or_code_is_refused() -> None:
    fault = BeltFault(t=1.0, sensor="belt", code="belt_wont_stop", text="")
    data = msgspec.to_builtins(fault)
    assert msgspec.convert(data, BeltFault) == fault
    with pytest.raises(msgspec.ValidationError, match="code"):
        msgspec.convert({**data, "code": "belt_on_fire"}, BeltFault)


def test_every_error_that_a_person_can_put_right_is_caught_as_one_kind() -> None:
    errors = [
        one for one in vars(model).values() if isinstance(one, type) and issubclass(one, Exception)
    ]
    assert len(errors) > 5
    assert all(issubclass(one, CuedError) for one in errors)
    assert issubclass(model.OutOfReach, model.ConfigError), "of a configuration, for the caller"
    assert issubclass(model.LinkLost, ConnectionError)
