"""The pins of a configuration at the 40-pin header: clashes, and a wire for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued import config
from cued.commands import _header, wiring

FULL = {
    "actuators": {"haptic": {}, "speech": {}},
    "sources": {"buttons": {"mark_pin": 16}, "belt_pulses": {"length_m": 3.0}},
    "sinks": {"light": {}, "relay": {}},
}
FREE = [4, 5, 6, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27]


def with_pins(**options):
    tables = {kind: {name: dict(t) for name, t in parts.items()} for kind, parts in FULL.items()}
    for name, values in options.items():
        kind = next(k for k in tables if name in tables[k])
        tables[kind][name] |= values
    return config.convert(tables)


def clashes(*, i2s=False, **options):
    return _header.clashes(with_pins(**options), i2s=i2s)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15])
def test_a_pin_of_a_bus_is_refused_with_its_bus(number):
    (why,) = clashes(buttons={"mark_pin": number})
    assert why.startswith(f"buttons mark_pin = {number}: GPIO {number} is ")


@pytest.mark.parametrize("number", [18, 19, 20, 21])
def test_the_pins_of_i2s_are_refused_only_with_a_speaker_on_them(number):
    assert not clashes(buttons={"mark_pin": number})
    assert "I2S" in clashes(buttons={"mark_pin": number}, i2s=True)[0]


@pytest.mark.parametrize("number", [4])
def test_a_motor_or_a_relay_is_refused_where_the_pi_pulls_up_at_power_on(number):
    assert "pulled up" in clashes(haptic={"left_pin": number})[0]
    assert "pulled up" in clashes(relay={"pin": number})[0]
    assert not clashes(buttons={"mark_pin": number})


@given(st.permutations(FREE), st.booleans())
def test_no_two_wires_share_a_pin_and_each_supply_is_one(order, i2s):
    chosen = [n for n in order if not (i2s and n in (18, 19, 20, 21))]
    made = with_pins(
        haptic={"left_pin": chosen[0], "right_pin": chosen[1]},
        buttons={
            "main_pin": chosen[2],
            "mark_pin": chosen[3],
            "faster_pin": chosen[4],
            "slower_pin": chosen[5],
        },
        belt_pulses={"pin": chosen[6]},
        light={"pin": chosen[7]},
        relay={"pin": chosen[8]},
    )
    found = _header.wires(made, i2s=i2s)
    assert len({w.pin for w in found}) == len(found)
    assert all(w.name == wiring.name_of(w.pin) for w in found)
    signals = {w.pin for w in found if w.name.startswith("GPIO")}
    assert signals >= {_header.PINS[n] for n in chosen[:9]}
