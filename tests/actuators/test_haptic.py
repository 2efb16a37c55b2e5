"""The motors: what is felt, and that they are off."""

from __future__ import annotations

import functools
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cued import gpio
from cued.actuators import haptic
from cued.actuators._patterns import pulses
from cued.config import Site
from cued.kept import PinChange
from cued.model import Beat, Cue, CueDone, Notice, Pattern
from tests.helpers.until import until

SITE = Site(hardware=False)


def cue(pattern: Pattern, key: str = "") -> Cue:
    return Cue(t=0.0, key=key or pattern, text="", pattern=pattern, priority=3, verdict="given")


class Felt:
    """Follows what the keeper says of its pins."""

    def __init__(self, actuator: haptic.Haptic) -> None:
        assert actuator._kept is not None
        self._changes: list[PinChange] = []
        self._on = actuator._kept._heard
        self._pins = actuator._pins
        actuator._kept._heard = self._hear

    def _hear(self, change: PinChange) -> None:
        self._changes.append(change)
        self._on(change)

    def follows(self, motor: int, n: int) -> bool:
        """Whether so many values of a motor have come in."""
        return len(self.values(motor)) >= n

    def values(self, motor: int) -> list[float]:
        """One motor's values, one after the other; a pin that is low may be driven low again."""
        values = (c.value for c in self._changes if c.pin == self._pins[motor])
        return [value for value, _ in itertools.groupby(values)]


def dones(said: list[Any]) -> list[CueDone]:
    return [s for s in said if isinstance(s, CueDone)]


async def give(actuator: haptic.Haptic, said: list[Any], pattern: Pattern) -> CueDone:
    before = len(dones(said))
    actuator.give(cue(pattern))
    await until(lambda: len(dones(said)) > before)
    return dones(said)[-1]


@pytest.mark.alone
@pytest.mark.parametrize("pattern", ["left", "step", "alarm"])
async def test_the_pins_do_what_the_pattern_says(pattern: Pattern) -> None:
    said: list[Any] = []
    async with haptic.Haptic(haptic.Config(strength=0.6), SITE, said.append) as actuator:
        felt = Felt(actuator)
        done = await give(actuator, said, pattern)
        assert done.ok
        for index, side in enumerate(("left", "right")):
            expected = [0.6, 0.0] * sum(getattr(p, side) for p in pulses(pattern))
            await until(functools.partial(felt.follows, index, len(expected)))
            assert felt.values(index) == pytest.approx(expected)


@pytest.mark.alone
async def test_a_new_pattern_interrupts_the_old_one_at_once() -> None:
    said: list[Any] = []
    async with haptic.Haptic(haptic.Config(), SITE, said.append) as actuator:
        actuator.give(cue("left"))
        assert actuator.values == (1.0, 0.0)
        actuator.give(cue("right"))
        assert actuator.values == (0.0, 1.0)
        assert [(d.key, d.ok, d.why) for d in dones(said)] == [("left", True, "cut off")]
        done = await give(actuator, said, "none")
        assert done.key == "none"
        await until(lambda: said[-1].key == "right")
        assert said[-1].ok


@pytest.mark.alone
async def test_a_motor_is_off_in_time_even_if_the_event_loop_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(haptic, "MOST_ON_S", 0.3)
    async with haptic.Haptic(haptic.Config(), SITE, lambda _: None) as actuator:
        felt = Felt(actuator)
        actuator.give(cue("alarm"))
        assert actuator.values == (1.0, 1.0)
        await until(lambda: len(felt._changes) == 2)
        time.sleep(1.0)  # noqa: ASYNC251 (the hanging loop)
        await until(lambda: actuator.cuts == 2)
        on, off = felt._changes[0], felt._changes[2]
        assert off.t - on.t == pytest.approx(0.3, abs=0.1)


@pytest.mark.alone
async def test_patterns_that_alternate_for_longer_than_the_limit_are_not_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[Any] = []
    monkeypatch.setattr(haptic, "MOST_ON_S", 0.3)
    async with haptic.Haptic(haptic.Config(), SITE, said.append) as actuator:
        done = await give(actuator, said, "unsteady")
        assert done.ok
        assert actuator.cuts == 0


async def test_pins_can_be_reused_after_the_end() -> None:
    for _ in range(3):
        async with haptic.Haptic(haptic.Config(), SITE, lambda _: None) as actuator:
            actuator.give(cue("step"))


async def test_nothing_is_left_in_gpiozero() -> None:
    import gpiozero

    before = gpiozero.Device.pin_factory
    async with haptic.Haptic(haptic.Config(), SITE, lambda _: None):
        assert gpiozero.Device.pin_factory is before
    assert gpiozero.Device.pin_factory is before


async def test_a_dead_keeper_is_reported_once_and_its_cues_do_not_count_as_given() -> None:
    said: list[Any] = []
    async with haptic.Haptic(haptic.Config(), SITE, said.append) as actuator:
        assert (await give(actuator, said, "left")).ok
        actuator.give(cue("alarm"))
        assert actuator._kept is not None
        os.kill(actuator._kept.pid, signal.SIGKILL)
        await until(lambda: not any(actuator.values))
        await until(lambda: len(dones(said)) == 2)
        assert not (await give(actuator, said, "left")).ok
    assert [d.ok for d in dones(said)] == [True, False, False]
    errors = [s for s in said if isinstance(s, Notice) and s.level == "error"]
    assert len(errors) == 1


def test_one_pin_for_both_motors_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="same pin"):
        msgspec.convert({"left_pin": 12, "right_pin": 12}, haptic.Config)


def test_without_lgpio_the_reason_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    with pytest.raises(gpio.PinsMissing, match="python3-lgpio"):
        gpio.open_factory(None, Path("/nonexistent"))


async def test_buzz_says_why_nothing_was_felt_and_nothing_when_it_was() -> None:
    assert await haptic.buzz("step", haptic.Config(), SITE) == ""
    why = await haptic.buzz("step", haptic.Config(), Site(hardware=True, chip=4095))
    assert why.startswith("no motors: ")
    assert "\n" not in why


def cued_buzz(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cued", "buzz", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_cued_buzz_ends_with_1_and_one_line_when_nobody_can_feel_it() -> None:
    done = cued_buzz("left", "--set", "station.chip=4095")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_cued_buzz_ends_with_0_when_no_hardware_is_asked_for() -> None:
    done = cued_buzz("step", "--set", "station.hardware=false")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.alone
async def test_the_motors_tick_beneath_patterns_and_end_with_the_beat() -> None:
    async with haptic.Haptic(haptic.Config(), SITE, lambda _: None) as actuator:
        felt = Felt(actuator)
        actuator.beat(Beat(t=0.0, spm=300.0, for_s=0.5))
        await until(lambda: len(felt.values(0)) == 6)  # three ticks, on and off
        assert felt.values(0) == pytest.approx([0.95, 0.0] * 3)
        actuator.beat(Beat(t=0.0, spm=300.0, for_s=9.0))
        assert actuator.values == (1.0, 1.0)
        actuator.beat(Beat(t=0.0, spm=0.0))
        assert actuator.values == (0.0, 0.0)


async def test_ticks_end_with_the_motors() -> None:
    actuator = haptic.Haptic(haptic.Config(), SITE, lambda _: None)
    async with actuator:
        actuator.beat(Beat(t=0.0, spm=180.0, for_s=30.0))
        assert any(actuator.values)
        actuator.cancel()
        assert not any(actuator.values)
