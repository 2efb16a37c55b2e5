"""Promises of every source."""

from __future__ import annotations

import inspect
import typing

import msgspec
import pytest

from cued import parts

EVERY = parts.names("sources")


@pytest.mark.parametrize("name", EVERY)
def test_a_source_is_one_part_with_a_description(name):
    part = parts.load("sources", name)
    assert parts.about("sources", name).endswith(".")
    for method in ("run", "request"):
        assert inspect.iscoroutinefunction(getattr(part.build, method)), method


@pytest.mark.parametrize("name", EVERY)
def test_every_option_of_a_source_is_described_and_its_default_allowed(name):
    config = parts.load("sources", name).config
    schema = msgspec.json.schema(config)["$defs"][config.__name__]
    for option, about in schema["properties"].items():
        assert about.get("description"), option
    types = typing.get_type_hints(config, include_extras=True)
    for field in msgspec.structs.fields(config):
        if field.default is not msgspec.NODEFAULT:
            msgspec.convert(msgspec.to_builtins(field.default), types[field.name])
