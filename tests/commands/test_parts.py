"""The list of parts and options, and an annotated configuration with values of one's own."""

from __future__ import annotations

import tomllib

from cued import config
from cued.commands import parts


def test_an_annotated_configuration_means_what_was_chosen():
    chosen = {
        "station": {"name": "hall", "language": "de"},
        "sensors": {"my pod. left": {"device": "pod", "placement": "foot_left"}},
        "rules": {"metronome": {"enabled": False}},
        "sinks": {"light": {"pin": 5}},
    }
    text = parts.annotated(chosen)
    assert config.convert(tomllib.loads(text)) == config.convert(chosen)
    assert text.startswith("# Every section and option of cued")
    assert '[sensors."my pod. left"]' in text
    assert "#[sinks.mqtt]" in text  # a part that is off


def test_an_option_is_listed_with_its_type_bounds_default_and_meaning():
    lines = [line for line in parts.listing().splitlines() if line.startswith("- `volume`")]
    assert lines
    assert all("(number 0.05..1.0, default 0.8): " in line for line in lines)
    assert not any(line.endswith(": ") for line in parts.listing().splitlines())


def test_the_schema_knows_every_section_and_refuses_unknown_options():
    schema = parts.schema()
    whole = schema["$defs"]["cued"]
    assert set(whole["properties"]) == {*config.FIXED, "sensors", *config.NAMED_KINDS}
    light = schema["$defs"]["sinks_light"]
    assert "pin" in light["properties"]
    assert light["additionalProperties"] is False
