"""`cued wiring`: every wire of a configuration at the header, once, and clashes refused."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued import __main__, config
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


def run(tmp_path, text, *args):
    file = tmp_path / "cued.toml"
    file.write_text(text)
    return __main__.main(["wiring", "--config", str(file), *args])


@pytest.mark.parametrize("model", sorted(wiring.MODELS))
def test_every_model_is_printed_and_drawn(tmp_path, capsys, model):
    drawn = tmp_path / "header.svg"
    text = "[actuators.haptic]\n[sinks.light]\n"
    assert run(tmp_path, text, "--pi", model, "--svg", str(drawn)) == 0
    printed = capsys.readouterr().out
    assert "driver IN_L" in printed
    assert "dtparam=strict_gpiod" in printed
    assert "gpio=12,13=op,dl" in printed
    assert "max98357a" not in printed
    words = " ".join(ET.parse(drawn).getroot().itertext())
    assert "driver IN_R" in words
    assert model in words


def test_a_speaker_on_i2s_is_known_by_its_card_and_gets_its_overlay(tmp_path, capsys):
    assert run(tmp_path, '[actuators.speech]\ndevice = "MAX98357A"\n') == 0
    printed = capsys.readouterr().out
    assert "amplifier BCLK" in printed
    assert "dtoverlay=max98357a,no-sdmode" in printed


def test_a_clash_ends_like_a_wrong_configuration_in_one_line(tmp_path, capsys):
    assert run(tmp_path, "[actuators.haptic]\nleft_pin = 18\n", "--i2s") == 78
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 1
    assert "left_pin" in output.err


@pytest.mark.parametrize("command", ["check", "run", "wiring"])
def test_a_clash_is_refused_wherever_the_configuration_is_used(tmp_path, capsys, command):
    file = tmp_path / "cued.toml"
    file.write_text(
        f'[station]\nhardware = false\nstate = "{tmp_path}"\n'
        "[sources.buttons]\nmark_pin = 19\n[sinks.relay]\npin = 8\n"
        '[actuators.speech]\ndevice = "MAX98357A"\n'
    )
    assert __main__.main([command, "--config", str(file)]) == 78
    output = capsys.readouterr().err
    assert "GPIO 19 is I2S (word clock)" in output
    assert "GPIO 8 is SPI" in output
