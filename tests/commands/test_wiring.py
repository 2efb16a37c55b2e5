"""`cued wiring`: every wire of a configuration at the header, once, and clashes refused."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from cued import __main__
from cued.commands import wiring


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
