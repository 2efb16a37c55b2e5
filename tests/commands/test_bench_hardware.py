"""`cued bench --hardware`: what it measures, and that the sheet gets it."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cued import config
from cued.actuators import haptic
from cued.commands import _bench_hardware as bench
from cued.commands._checks.system import Machine
from cued.config import Site
from tests.helpers.home import HOME

SHEET = (HOME / "hardware" / "test-sheet.md").read_text("utf-8")


def test_undrivable_pins_are_the_reading(tmp_path):
    site = Site(runtime=str(tmp_path), hardware=True, chip=4095)
    options = haptic.Config()
    reading = bench._ended("C7", options, site, Machine(tmp_path), None)
    assert reading.right is None
    assert reading.text.startswith("not measured: ")


@pytest.mark.parametrize(
    ("printed", "high"),
    [
        ("12: op dh pd | hi // GPIO12 = output", True),
        ("12: op dl pd | lo // GPIO12 = output", False),
        ("13: ip    pd | lo // GPIO13 = input", False),
    ],
)
def test_a_pin_is_read_as_pinctrl_prints_it(printed, high):
    assert bench.level(Machine(run=lambda _command: printed), 12) is high


def test_without_pinctrl_nothing_is_measured():
    with pytest.raises(bench.NotMeasured, match="raspi-utils"):
        bench.level(Machine(run=lambda _command: ""), 12)


def test_the_lows_of_a_pwm_do_not_count_as_off():
    start = time.monotonic()

    def high(_pin):  # 95 % of 200 Hz for 0.2 s, then low
        t = time.monotonic() - start
        return t < 0.2 and t % 0.005 < 0.00475

    took = bench.off_after(12, high, give_up_s=2.0)
    assert took is not None
    assert 0.15 < took < 0.5


def test_a_tone_is_distinguished_from_room_noise():
    noise = np.random.default_rng(1).normal(0, 0.01, 3 * bench.MIC_RATE)
    assert bench.above_the_room(noise) < bench.HEARD_DB
    t = np.arange(bench.MIC_RATE // 2) / bench.MIC_RATE
    noise[bench.MIC_RATE : bench.MIC_RATE + t.size] += 0.1 * np.sin(2 * np.pi * 880 * t)
    assert bench.above_the_room(noise) == pytest.approx(17, abs=1)


@pytest.mark.parametrize("row", ["C4", "C6", "C7", "C8", "C9", "C12", "D3"])
def test_every_row_is_in_the_sheet_and_can_be_filled_in_twice(row):
    once = bench.filled(SHEET, [bench.Reading(row, "first")])
    assert once != SHEET
    twice = bench.filled(once, [bench.Reading(row, "pin low after 0.02 s", right=True)])
    (line,) = [x for x in twice.splitlines() if x.startswith(f"| {row} |")]
    assert line.endswith("| pin low after 0.02 s; right |")
    assert len(twice.splitlines()) == len(SHEET.splitlines())
    assert twice.count("right |") == SHEET.count("right |") + 1


def test_a_bare_box_has_only_its_power_checked():
    made = config.convert({"station": {"hardware": False}})
    assert [r.row for r in bench.walk(made, None)] == ["C6"]
