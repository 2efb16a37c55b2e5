"""Parts: one file each, found by name."""

from __future__ import annotations

import msgspec
import pytest

from cued import parts
from cued.model import CuedError


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k in parts.KINDS for n in parts.names(k)])
def test_every_part_describes_its_options_and_keeps_its_own_bounds(kind, name):
    options = parts.load(kind, name).config
    schema = msgspec.json.schema(options)
    body = schema["$defs"][options.__name__]
    for key, about in body["properties"].items():
        lines = about.get("description") or any(
            a.get("description") for a in about.get("anyOf", [])
        )
        assert lines, f"{kind}.{name}: {key} has no description"
    required = set(body.get("required", []))
    if not required:
        assert msgspec.convert(msgspec.to_builtins(options()), options) == options()
    assert parts.about(kind, name)


def test_a_kinds_own_files_and_folders_are_no_parts() -> None:
    assert {"events", "mqtt"} <= set(parts.names("sinks"))
    assert not {"sink", "_topics", "topics"} & set(parts.names("sinks"))
    assert not {"actuator", "voices"} & set(parts.names("actuators"))


def test_an_unknown_part_is_not_imported() -> None:
    for name in ("nothing", "sink", "_topics", "../daemon"):
        with pytest.raises(KeyError):
            parts.load("sinks", name)


def test_a_missing_library_is_named_with_the_extra_that_has_it() -> None:
    with pytest.raises(CuedError, match=r"the page needs no_such_lib; .* 'cued\[dashboard\]'"):
        parts.extra("no_such_lib", "dashboard", "the page")
    assert parts.extra("json", "dashboard").loads("1") == 1


def test_a_part_is_described_by_the_first_line_of_its_file() -> None:
    assert parts.about("sinks", "events") == (
        "Event lines: each event as one line of JSON, to a file or to standard output."
    )
