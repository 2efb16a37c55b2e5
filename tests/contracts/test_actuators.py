"""Promises of every actuator found in the folder."""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial
from typing import Any

import msgspec
import pytest

from cued import parts
from cued.actuators.actuator import Actuator
from cued.config import Site
from cued.model import CueDone, Notice, Priority
from tests.helpers.built import built
from tests.helpers.part import cue
from tests.helpers.until import until

EVERY = parts.names("actuators")

# Options with which each actuator that needs a device finds none.
NO_DEVICE: dict[str, dict[str, Any]] = {
    "speech": {"device": "no card is called like this"},
    "haptic": {},  # there is no such chip
    "pod_haptic": {},  # no pod is connected
}


class Made:
    """An actuator and what it reported."""

    def __init__(self, name: str, site: Site, **options: Any) -> None:
        self.said: list[CueDone | Notice] = []
        self.actuator: Actuator = built("actuators", name, site, self.said.append, **options)

    @property
    def done(self) -> list[CueDone]:
        return [s for s in self.said if isinstance(s, CueDone)]

    @property
    def notices(self) -> list[Notice]:
        return [s for s in self.said if isinstance(s, Notice)]


unsteady = partial(cue, pattern="unsteady", priority=Priority.UNSTEADY, tone="unsteady")


@pytest.fixture
def site(tmp_path: Any) -> Site:
    return Site(cache=str(tmp_path / "cache"), runtime=str(tmp_path), hardware=False)


def is_off(actuator: Any) -> bool:
    """Return whether an actuator is off, judged by its own state."""
    match actuator.channel:
        case "haptic":
            return not any(actuator.values)
        case "sound":
            return not actuator.sounding
        case _:
            return True


@pytest.mark.parametrize("name", EVERY)
def test_its_defaults_are_within_their_own_limits(name: str) -> None:
    config = parts.load("actuators", name).config
    assert msgspec.convert(msgspec.to_builtins(config()), config) == config()


@pytest.mark.parametrize("name", EVERY)
def test_every_option_is_described(name: str) -> None:
    schema = msgspec.json.schema(parts.load("actuators", name).config)
    for definition in schema["$defs"].values():
        for key, field in definition["properties"].items():
            assert field.get("description"), f"{name}.{key}"


@pytest.mark.parametrize("name", EVERY)
async def test_a_cue_that_is_over_is_reported_as_done(name: str, site: Site) -> None:
    made = Made(name, site)
    async with made.actuator as actuator:
        actuator.give(unsteady("unsteady"))
        assert actuator.channel == "light" or not is_off(actuator)
        await until(lambda: bool(made.done))
    assert [(d.key, d.ok, d.channel) for d in made.done] == [("unsteady", True, actuator.channel)]


@pytest.mark.parametrize("name", EVERY)
async def test_it_is_off_after_the_context_ends(name: str, site: Site) -> None:
    made = Made(name, site)
    async with made.actuator as actuator:
        actuator.give(unsteady("unsteady"))
    assert is_off(actuator)


@pytest.mark.parametrize("name", EVERY)
async def test_it_is_off_after_an_exception_which_propagates(name: str, site: Site) -> None:
    made = Made(name, site)

    async def live() -> None:
        async with made.actuator as actuator:
            actuator.give(unsteady("unsteady"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await live()
    assert is_off(made.actuator)


@pytest.mark.parametrize("name", EVERY)
async def test_it_is_off_after_its_task_is_cancelled(name: str, site: Site) -> None:
    made = Made(name, site)
    entered = asyncio.Event()

    async def live() -> None:
        async with made.actuator as actuator:
            actuator.give(unsteady("unsteady"))
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(live())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_off(made.actuator)


@pytest.mark.parametrize("name", EVERY)
async def test_cancel_turns_it_off_and_reports_the_cue(name: str, site: Site) -> None:
    made = Made(name, site)
    async with made.actuator as actuator:
        actuator.give(unsteady("unsteady"))
        actuator.cancel()
        await until(lambda: bool(made.done) and is_off(actuator))
    assert [d.key for d in made.done] == ["unsteady"]


@pytest.mark.parametrize("name", EVERY)
async def test_each_cue_is_reported_once_when_they_interrupt_each_other(
    name: str, site: Site
) -> None:
    made = Made(name, site)
    keys = [f"cue {n}" for n in range(20)]
    async with made.actuator as actuator:
        for key in keys:
            actuator.give(unsteady(key))
            await asyncio.sleep(0)
        await until(lambda: len(made.done) >= len(keys))
        await asyncio.sleep(0)
    assert sorted(d.key for d in made.done) == sorted(keys)
    assert made.done[-1].key == keys[-1]


@pytest.mark.parametrize("name", EVERY)
async def test_giving_a_cue_never_blocks(name: str, site: Site) -> None:
    made = Made(name, site)
    took: list[float] = []
    async with made.actuator as actuator:
        for n in range(101):
            start = time.perf_counter()
            actuator.give(unsteady(f"cue {n}"))
            took.append(time.perf_counter() - start)
            await asyncio.sleep(0)
    # A tenth of the shortest pulse; the median, because a busy machine may be late once.
    assert sorted(took)[50] < 0.01


@pytest.mark.parametrize("name", EVERY)
async def test_it_leaves_no_thread_behind(name: str, site: Site) -> None:
    before = set(threading.enumerate())
    made = Made(name, site)
    async with made.actuator as actuator:
        actuator.give(unsteady("unsteady"))
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith("asyncio_"):  # the loop's own, for to_thread
            thread.join(2.0)
            assert not thread.is_alive(), thread.name


@pytest.mark.parametrize("name", sorted(NO_DEVICE))
async def test_a_missing_device_gives_one_notice_and_no_cue_counts_as_given(
    name: str, site: Site
) -> None:
    made = Made(name, msgspec.structs.replace(site, hardware=True, chip=4095), **NO_DEVICE[name])
    async with made.actuator as actuator:
        for n in range(3):
            actuator.give(unsteady(f"cue {n}"))
        await until(lambda: len(made.done) == 3)
    missing = [n for n in made.notices if n.level != "info"]
    assert len(missing) == 1, missing
    assert "\n" not in missing[0].text
    assert [d.ok for d in made.done] == [False] * 3
    assert all(d.why for d in made.done)


def test_every_actuator_that_takes_a_device_is_tried_without_one() -> None:
    assert set(EVERY) - {"log"} == set(NO_DEVICE)
