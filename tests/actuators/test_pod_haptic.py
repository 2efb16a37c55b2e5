"""Cues on the motors of pods, over bleak's BlueZ back end and a stand-in for bluetoothd."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from cued.actuators import pod_haptic
from cued.actuators.actuator import Report
from cued.commands.buzz import buzz_pods
from cued.config import Site, convert
from cued.devices import pod
from cued.model import Beat, ConfigError, Cue, CueDone, Notice, Pattern
from cued.sources import _ble_release, ble
from tests.helpers.pods import Pod, play, running, sensor, site
from tests.helpers.until import until

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


def cue(pattern: Pattern = "step", key: str = "overlong_stride") -> Cue:
    return Cue(t=0.0, key=key, text="", pattern=pattern, priority=0, verdict="given")


class Said:
    def __init__(self) -> None:
        self.done: list[CueDone] = []
        self.notices: list[Notice] = []

    def report(self, item: CueDone | Notice) -> None:
        (self.done if isinstance(item, CueDone) else self.notices).append(item)

    async def finished(self, n: int = 1) -> list[CueDone]:
        await until(lambda: len(self.done) >= n, 5)
        return self.done


def make(where: Site, report: Report, **options: str) -> pod_haptic.PodHaptic:
    return pod_haptic.PodHaptic(pod_haptic.Config(**options), where, report)


@contextlib.asynccontextmanager
async def worn(bluez, n: int = 1, **options: str):
    """Yield streaming pods on both feet, and the actuator that uses them."""
    pods = [bluez.add(Pod(bluez, i + 1)) for i in range(n)]
    names = ["left", "right"][:n]
    where = site(
        **{
            name: sensor(placement=f"foot_{name}", address=p.address)
            for name, p in zip(names, pods, strict=True)
        }
    )
    said = Said()
    async with running(where) as (_, heard), make(where, said.report, **options) as actuator:
        await heard.until(lambda: all(p.streaming for p in pods))
        streaming = asyncio.create_task(play(pods, 50, 1000))
        await heard.until(lambda: all(len(heard.packets(name)) > 5 for name in names))
        try:
            yield pods, actuator, said, heard
        finally:
            streaming.cancel()


async def test_a_pattern_is_sent_once_and_counts_as_given_when_confirmed(bluez):
    async with worn(bluez) as ((one,), actuator, said, _):
        actuator.give(cue())
        (done,) = await said.finished()
        assert (done.ok, done.channel, done.why) == (True, "haptic", "")
        (written,) = one.rhythms
        assert written[:2] == bytes([pod.VERSION, 4])
        assert list(written[6:]) == [0, 15, 9, 15, 9, 15, 9, 15]
        ((key, given, confirmed),) = actuator.taken
        assert key == "overlong_stride"
        assert confirmed - given < pod.LATE_S


async def test_each_foot_has_its_own_side(bluez):
    options = {"left": "left", "right": "right"}
    async with worn(bluez, 2, **options) as ((left, right), actuator, said, _):
        actuator.give(cue())
        await said.finished()
        assert list(left.rhythms[0][6:]) == [0, 15, 33, 15]
        assert list(right.rhythms[0][6:]) == [24, 15, 33, 15]


async def test_a_pod_that_confirms_too_late_gets_no_cue(bluez):
    async with worn(bluez) as ((one,), actuator, said, _):
        one.write_s = 0.5
        actuator.give(cue())
        actuator.give(cue(key="again"))
        done = await said.finished(2)
        assert not done[-1].ok
        assert "left: the link is poor" in done[-1].why
        (notice,) = said.notices
        assert notice.level == "warning"


async def test_a_silent_pod_is_not_written_to(bluez):
    async with worn(bluez) as ((one,), actuator, said, _):
        one.streaming = False
        await asyncio.sleep(pod.LATE_S + 0.1)
        actuator.give(cue())
        (done,) = await said.finished()
        assert not done.ok
        assert one.rhythms == []


async def test_a_lost_pod_is_reported(bluez):
    async with worn(bluez) as ((one,), actuator, said, heard):
        one.advertising = False
        bluez.drop(one)
        await heard.until(lambda: not heard.links("left")[-1].connected)
        actuator.give(cue())
        (done,) = await said.finished()
        assert "left: it is not connected" in done.why


async def test_cancelling_writes_silence(bluez):
    async with worn(bluez) as ((one,), actuator, said, _):
        actuator.give(cue("unsteady"))
        await until(lambda: one.rhythms)
        actuator.cancel()
        (done,) = await said.finished()
        assert done.why == "cancelled"
        await until(lambda: len(one.rhythms) > 1)
        assert [r[1] for r in one.rhythms] == [6, 0]


async def test_a_metronome_ticks_and_pauses_during_a_pattern(bluez):
    async with worn(bluez) as ((one,), actuator, said, _):
        actuator.beat(Beat(t=0.0, known_t=0.0, spm=300.0, for_s=1.0, fades=False))
        await asyncio.sleep(0.5)
        assert {r[1] for r in one.rhythms} == {1}
        actuator.give(cue())
        await said.finished()
        assert [r[1] for r in one.rhythms].count(4) == 1
        assert len(one.rhythms) <= 4


async def test_the_motors_of_pods_can_be_tried_alone(bluez):
    one = bluez.add(Pod(bluez))
    config = convert(
        {
            "sensors": {"left": {"device": "pod", "placement": "foot_left"}},
            "actuators": {"pod_haptic": {}},
        }
    )
    trying = asyncio.create_task(buzz_pods("left", config))
    while not trying.done():
        await play([one], 50, 10)
    assert trying.result() == ""
    assert one.rhythms[0][1] == 2


def test_a_sensor_that_is_no_pod_is_refused_with_the_pods_named():
    where = site(left=sensor(), chest=sensor("polar_pmd", placement="chest"))
    with pytest.raises(ConfigError, match=r"'chest' is not a pod \(there are: left\)"):
        make(where, lambda _: None, left="chest")


async def test_a_still_pod_is_sent_to_sleep_and_reconnected_later(bluez, monkeypatch):
    monkeypatch.setattr(ble, "LOOK_EVERY_S", 0.05)
    one = bluez.add(Pod(bluez))
    where = site(left=sensor(address=one.address))
    async with running(where) as (source, heard):
        await heard.until(lambda: one.streaming)
        source._training = _ble_release.Training(1.0, asyncio.get_running_loop().time())
        one.advertising = False  # from its command on: asleep
        await play([one], 50, 100)
        assert one.commands == [b"\x01", b"\x02"]
        await heard.until(lambda: not heard.links("left")[-1].connected)
        assert heard.links("left")[-1].why == ""
        one.advertising = True  # moved
        await heard.until(lambda: heard.links("left")[-1].connected)
