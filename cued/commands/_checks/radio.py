"""Bluetooth: the switch (rfkill), the adapter, and each sensor's rate, longest silence, battery.

Counted are samples between a sensor's first and last packet, so the time that finding and
connecting take does not lower the rate. A rate within a tenth of the nominal one is fine: crystals
differ far less, and what is missing beyond that is lost on the way. A device that runs at another
rate than the configuration asks for (WitMotion's begin at 10 Hz) is told apart from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from cued import parts
from cued.commands._checks.system import Check, read
from cued.config import Config, Sensor
from cued.model import Battery, Belt, HeartRate, Input, LinkChanged, Packet
from cued.signal.links import LATE_S

RFKILL = Path("/sys/class/rfkill")
RATE_WITHIN = 0.1  # relative; more is another setting than configured
BATTERY_LOW_PERCENT = 15.0  # chosen: a workout's worth and a margin
NEARER = "bring it nearer, away from Wi-Fi on 2.4 GHz, or use a USB Bluetooth adapter"
RATE = "set rate_hz to what it offers (docs/wearables.md), or take it off power and try again"
TAKE_THE_NEAREST = ("polar_pmd",)  # an H10's 200 Hz are no Verity Sense's
SKIN = "wet its electrodes; it has to lie on skin"
POD = "; its cadence is shown, no cue comes of it alone"
WAKE = "wake it (move it, wet the strap, start the belt), look whether a phone has it; cued scan"


class Stream(NamedTuple):
    """What a sensor sent, against what it says that it sends."""

    rate_hz: float
    nominal_hz: float
    silence_s: float  # the longest

    @property
    def whole(self) -> bool:
        """Whether next to nothing of it was lost on the way."""
        return abs(self.rate_hz / self.nominal_hz - 1) <= RATE_WITHIN and self.silence_s <= LATE_S


def rfkill(folder: Path = RFKILL) -> Check:
    """See whether radio is switched off in software or hardware."""
    blocked = [
        read(switch / "name")
        for switch in sorted(folder.glob("*"))
        if read(switch / "type") == "bluetooth"
        and (read(switch / "soft") == "1" or read(switch / "hard") == "1")
    ]
    if blocked:
        found = f"blocked: {', '.join(blocked)}"
        return Check("rfkill", "failed", found, "sudo rfkill unblock bluetooth")
    return Check("rfkill", "ok", "not blocked")


async def adapter(config: Config) -> Check:
    """Listen for a moment; what matters is that there is something to listen with."""
    from cued.sources._ble_looking import scan  # noqa: PLC0415 (importing bleak takes its time)

    chosen = config.part("sources", "ble")
    if chosen is None and config.parts.get("sources"):
        return Check("adapter", "skipped", "nothing in the configuration comes over Bluetooth")
    name = chosen.adapter if chosen else ""
    try:
        found = await scan(3.0, name)
    except TimeoutError as error:
        advice = "systemctl status bluetooth; is the adapter plugged in, is it the one configured?"
        return Check("adapter", "failed", str(error), advice)
    known = sum(bool(f.devices) for f in found)
    return Check("adapter", "ok", f"heard {len(found)} devices in 3 s, {known} of them supported")


async def sensors(config: Config, seconds: float) -> list[Check]:
    """Connect to every configured sensor for so long."""
    from cued.sources import ble  # noqa: PLC0415

    chosen: ble.Config | None = config.part("sources", "ble")
    if chosen is None or not config.sensors:
        return [Check("sensors", "skipped", "none over Bluetooth in the configuration")]
    heard = await ble.listen(config.sensors, seconds, chosen.adapter)
    return [judged(name, s, heard) for name, s in config.sensors.items()]


def judged(name: str, sensor: Sensor, heard: Sequence[Input]) -> Check:
    """Judge what one sensor sent."""
    title = f"sensor {name}"
    if sensor.placement == "treadmill":
        belts = [b for b in heard if isinstance(b, Belt)]
        if belts:
            found = f"belt at {belts[-1].speed_m_s:.2f} m/s"
            return Check(title, "ok", found + POD * (sensor.device == "rsc"))
    elif sensor.placement == "heart_rate":
        beats = [h for h in heard if isinstance(h, HeartRate) and h.sensor == name]
        if beats and not beats[-1].bpm:
            return Check(title, "warning", "connected, feels no heartbeat", SKIN)
        if beats:
            return Check(title, "ok", f"{beats[-1].bpm:.0f} beats a minute")
    elif sent := stream(name, heard):
        return _rated(title, name, sent, heard, _configured(sensor))
    whys = [c.why for c in heard if isinstance(c, LinkChanged) and c.sensor == name and c.why]
    return Check(title, "failed", whys[-1] if whys else "not found, or it sent nothing", WAKE)


def _configured(sensor: Sensor) -> float | None:
    """Return the rate that the configuration asks of a sensor, if it can be asked for one."""
    if sensor.device in TAKE_THE_NEAREST and "rate_hz" not in sensor.options:
        return None
    options = msgspec.convert(sensor.options, parts.load("devices", sensor.device).config)
    return getattr(options, "rate_hz", None)


def stream(name: str, heard: Sequence[Input]) -> Stream | None:
    """Return the rate and the longest silence of one sensor, or None for less than two packets."""
    packets = [p for p in heard if isinstance(p, Packet) and p.sensor == name]
    span = packets[-1].t - packets[0].t if packets else 0.0
    if span <= 0.0:
        return None
    rate = sum(len(p.acc) for p in packets[1:]) / span
    silence = max(b.t - a.t for a, b in pairwise(packets))
    return Stream(rate, packets[-1].rate_hz, silence)


def _rated(
    title: str, name: str, sent: Stream, heard: Sequence[Input], configured: float | None
) -> Check:
    found = f"{sent.rate_hz:.0f} of {sent.nominal_hz:.0f} Hz"
    found += f", longest silence {1000 * sent.silence_s:.0f} ms"
    charge = [b.percent for b in heard if isinstance(b, Battery) and b.sensor == name]
    found += f", battery {charge[-1]:.0f} %" if charge else ""
    if not sent.whole:
        return Check(title, "failed", found, NEARER)
    if configured and abs(sent.rate_hz / configured - 1) > RATE_WITHIN:
        return Check(title, "warning", f"{found}; configured are {configured:.0f} Hz", RATE)
    if charge and charge[-1] < BATTERY_LOW_PERCENT:
        return Check(title, "warning", found, "charge it, or change its cell")
    return Check(title, "ok", found)
