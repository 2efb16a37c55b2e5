"""The daemon as ``cued run`` builds it, on sensors over Bluetooth: from a frame to a cue."""

from __future__ import annotations

import asyncio

import pytest

from cued import app, config
from cued.daemon import Daemon
from cued.engine import Worn
from cued.model import Cue, CueDone, Stride
from cued.simulation.run import Simulation, collect
from cued.simulation.scenario import parse
from cued.standin.machines import TreadmillPeripheral
from cued.standin.wearables import FarDevice
from tests.helpers.families import POD_PLAYED, play
from tests.helpers.part import Part
from tests.helpers.until import until
from tests.sources.test_workout import perform

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]

CONFIG = """
[sources.ble]

[sensors.pod]
device = "pod"
placement = "foot_left"
name = "cued pod"

[sensors.belt]
device = "ftms"
placement = "treadmill"
"""


class Ear(Part):
    """An actuator that records cues and their times."""

    def __init__(self):
        super().__init__()
        self.given: list[tuple[float, Cue]] = []

    def listen(self, report):
        self._report = report
        return self

    def give(self, cue):
        self.given.append((asyncio.get_running_loop().time(), cue))
        self._report(CueDone(0.0, cue.key, self.channel))


async def test_a_walk_is_measured_and_a_silent_sensor_is_cued(bluez, tmp_path):
    file = tmp_path / "cued.toml"
    file.write_text(CONFIG)
    chosen = config.load(file)
    pod, treadmill = FarDevice(POD_PLAYED, bluez, 1), TreadmillPeripheral(bluez)
    bluez.add(pod.peripheral)
    bluez.add(treadmill.peripheral)
    treadmill.km_h = 4.7
    ear, heard = Ear(), []
    where = app.site(chosen, hardware=False)
    daemon = Daemon(
        app.engine(chosen, app.worn(chosen)),
        app.sources(chosen, where),
        [ear.listen],
        [],
        live=True,
        hears=heard.append,
    )
    loop = asyncio.get_running_loop()
    running = asyncio.create_task(daemon.run())
    await until(lambda: pod.started and treadmill.report(), 15)
    reporting = asyncio.create_task(report(treadmill))
    await perform({"pod": pod}, round(loop.time(), 2))
    last = loop.time()
    await until(lambda: any(cue.tone == "lost" for t, cue in ear.given if t > last), 3)
    delay = loop.time() - last
    reporting.cancel()
    daemon.stop()
    async with asyncio.timeout(10):
        await running
    lengths = [e.length_m for e in heard if isinstance(e, Stride) and e.length_m]
    assert len(lengths) >= 5
    assert 0.8 < sorted(lengths)[len(lengths) // 2] < 2.0
    print(f"the loss of the only sensor is cued {delay:.2f} s after its last sample")
    assert delay <= 1.3  # lost at 1.0 s, ticks every 0.1 s, on a busy machine
    assert not pod.peripheral.connected
    assert not treadmill.peripheral.connected


async def report(treadmill: TreadmillPeripheral) -> None:
    while True:
        treadmill.report()
        await asyncio.sleep(1.0)


FALL = """
duration_s = 10
belt = [{ at_s = 0, speed_m_s = 1.3, ramp_m_s2 = 2.0 }]
does = [{ at_s = 0, what = "walk" }, { at_s = 7, what = "fall" }]
sensor = [
    { name = "foot", placement = "foot_left", rate_hz = 104, range_g = 16 },
    { name = "trunk", placement = "lower_back", rate_hz = 104, range_g = 16 },
]
"""
PODS = """
[sources.ble]
[sensors.foot]
device = "pod"
placement = "foot_left"
address = "C0:AA:00:00:00:01"
[sensors.trunk]
device = "pod"
placement = "lower_back"
address = "C0:AA:00:00:00:02"
"""


async def test_a_fall_in_the_sensors_frames_is_cued_as_on_the_direct_path(bluez, tmp_path):
    file = tmp_path / "cued.toml"
    file.write_text(PODS)
    chosen = config.load(file)
    scenario = parse(FALL)
    straight = app.engine(chosen, {s.name: Worn(s.placement) for s in scenario.sensor})
    events = [e for item in Simulation(scenario).inputs() for e in straight.feed(item)]
    expected = [(e.key, e.known_t) for e in events if isinstance(e, Cue) and e.verdict == "given"]
    assert [key for key, _ in expected] == ["free_run", "fall_possible", "fall_confirmed"]
    tracks = collect(Simulation(scenario)).sensors
    devices = [FarDevice(POD_PLAYED, bluez, index) for index in (1, 2)]
    worn = zip(devices, ("foot", "trunk"), strict=True)
    plans = {device: device.family.plan(*tracks[name]) for device, name in worn}
    for device in devices:
        bluez.add(device.peripheral)
    ear = Ear()
    sources = app.sources(chosen, app.site(chosen, hardware=False))
    daemon = Daemon(app.engine(chosen, app.worn(chosen)), sources, [ear.listen], [], live=True)
    running = asyncio.create_task(daemon.run())
    await until(lambda: all(device.started for device in devices), 15)
    start = round(asyncio.get_running_loop().time() + 0.1, 2)
    assert await play(plans, start) == 0
    daemon.stop()
    async with asyncio.timeout(10):
        await running
    heard = [(cue.key, t - start) for t, cue in ear.given if t - start < scenario.duration_s]
    print(f"by frames {heard}, directly {expected}")
    assert [key for key, _ in heard] == [key for key, _ in expected]
    for (key, t), (_, direct) in zip(heard[1:], expected[1:], strict=True):
        assert abs(t - direct) < 0.3, key  # frames of 40 ms, on a busy machine
