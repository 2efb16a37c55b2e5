"""A sensor as a flag names it: device, place, and its address or name."""

from __future__ import annotations

import pytest

from cued.commands._setup.answers import ChosenSensor, sensor
from cued.model import ConfigError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pod@waist", ChosenSensor("pod", "waist")),
        (
            "pod@waist=C4:F2:17:1A:1D:AA",
            ChosenSensor("pod", "waist", address="C4:F2:17:1A:1D:AA"),
        ),
        ("ftms@treadmill=my: belt", ChosenSensor("ftms", "treadmill", name="my: belt")),
    ],
)
def test_what_follows_the_place_is_an_address_or_a_name(text, meant):
    assert sensor(text) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [("pod", "DEVICE@PLACEMENT"), ("pod@knee", "lower_back"), ("phone@hand", "not in a pocket")],
)
def test_a_place_where_steps_are_miscounted_is_refused_with_the_reason(text, why):
    with pytest.raises(ConfigError, match=why):
        sensor(text)
