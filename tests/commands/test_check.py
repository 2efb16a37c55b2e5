"""`cued check`: what will run, which rules stay silent, and what is hidden from this user."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cued import __main__, config
from cued.commands.check import described, silent, unreadable
from cued.model import OutOfReach

POD = {"device": "pod", "placement": "lower_back"}
FOOT = {"device": "pod", "placement": "foot_left"}
BELT = {"device": "ftms", "placement": "treadmill"}


def of(**tables):
    return config.convert(tables)


def test_without_sensors_the_next_step_is_named():
    lines = described(of())
    assert "no sensors: add [sensors.NAME] tables, or run cued setup" in lines


def test_each_sensor_is_listed_with_its_kind_and_mounting():
    rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    lines = described(of(sensors={"back": {**POD, "mounting": rows}, "foot": FOOT, "belt": BELT}))
    assert "sensor back: pod, lower_back, mounting configured" in lines
    assert "sensor foot: pod, foot_left, mounting found automatically" in lines
    assert "sensor belt: ftms, treadmill" in lines


def test_a_rule_that_cannot_run_is_named_with_what_it_lacks():
    def names(**tables):
        return {line.split()[1] for line in silent(of(coach={"program": True}, **tables))}

    trunk = names(sensors={"back": POD})
    assert {"too_fast", "trunk_lean", "asymmetry"} <= trunk  # no belt, one foot
    assert "overlong_stride" not in trunk  # a trunk shows when the belt changes
    both = names(sensors={"back": POD, "belt": BELT})
    assert "trunk_lean" not in both
    assert "asymmetry" in both
    typed = names(sensors={"back": POD}, sources={"belt_by_hand": {"speed_m_s": 1.0}})
    assert typed == both


def test_secrets_of_the_service_are_not_a_configuration_mistake():
    def hidden(_say):
        raise OutOfReach("the password cannot be reached")

    assert unreadable([lambda _: None, hidden]) == ["not checked: the password cannot be reached"]


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_simulated_runner_with_unheard_sensors_is_one_line(tmp_path, command):
    file = tmp_path / "cued.toml"
    station = f'[station]\nhardware = false\nstate = "{tmp_path}"\n[sources.simulate]\n'
    file.write_text(station + '[sensors.back]\ndevice = "pod"\nplacement = "lower_back"\n')
    # A process of its own: a daemon that has begun ends its process by force 9 s later.
    words = [sys.executable, "-m", "cued", command, "--config", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == os.EX_CONFIG
    errors = done.stderr
    assert errors.startswith(
        "cued: cued.toml: line 4: [sources.simulate] scenario: workout has the sensors trunk, foot"
    )
    assert "write a table [sensors.trunk] (there are back)" in errors
    assert errors.count("\n") == 1


def test_a_simulated_runner_may_be_combined_with_real_sensors(tmp_path, capsys):
    file = tmp_path / "cued.toml"
    text = "[station]\nhardware = false\n[sources.simulate]\n[sources.ble]\n"
    for name, placement in (("trunk", "lower_back"), ("strap", "chest"), ("mill", "treadmill")):
        device = "ftms" if name == "mill" else "pod"
        text += f'[sensors.{name}]\ndevice = "{device}"\nplacement = "{placement}"\n'
        text += f'name = "{name}"\n'
    file.write_text(text)
    assert __main__.main(["check", "--config", str(file)]) == 0
    assert "sensor strap: pod, chest" in capsys.readouterr().out
