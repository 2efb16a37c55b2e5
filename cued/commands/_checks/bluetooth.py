"""Bluetooth: the adapter and its service, and what each sensor sends: rate, silence, battery.

A Raspberry Pi has one radio chip for Bluetooth and Wi-Fi. While Wi-Fi uses 2.4 GHz, connections to
two sensors or Bluetooth sound stall and drop (hbldh/bleak 1670, raspberrypi/linux 1402,
RPi-Distro/bluez-firmware 12). The built-in adapter is on a serial line and Wi-Fi on SDIO; a USB
adapter is a separate chip.

Only samples between a sensor's first and last packet are counted, so that the time to find and
connect it does not lower the rate. A rate within a tenth of the nominal one is fine: crystals
differ far less, so anything more is lost on the way. A device set to another rate than the
configuration asks for (WitMotion's start at 10 Hz) is reported separately.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cued import parts
from cued.commands._checks.system import Check, Machine, read
from cued.config import Config, Sensor, Site
from cued.model import Battery, Belt, HeartRate, Input, LinkChanged, Packet
from cued.runtime.supervise import ignore
from cued.signal.links import LATE_S
from cued.sources.source import Source, spread

if TYPE_CHECKING:  # importing bleak takes its time
    from cued.sources import ble

BAND_5_MHZ = 4900.0  # where the 5 GHz band begins
RFKILL = Path("/sys/class/rfkill")
RATE_WITHIN = 0.1  # relative; see the module's docstring
BATTERY_LOW_PERCENT = 15.0  # chosen: enough for a workout, with a margin
NEARER = "bring it nearer, away from Wi-Fi on 2.4 GHz, or use a USB Bluetooth adapter"
RATE = "set rate_hz to a rate it offers (docs/wearables.md), or turn it off and on and try again"
TAKE_THE_NEAREST = ("polar_pmd",)  # an H10 offers 200 Hz, a Verity Sense does not
SKIN = "wet its electrodes; they must touch the skin"
POD = "; its cadence is shown, but no cue is based on it alone"
WAKE = "wake it (move it, wet the strap, start the belt), free it from any phone; then cued scan"
MANY = 2  # sensors; chosen: from two on, sensors on a shared chip disturb each other


def bluetooth(machine: Machine, config: Config) -> list[Check]:
    """Check the adapter, its switch, its service and whether it shares a chip with Wi-Fi."""
    blocked = rfkill(machine.path("/sys/class/rfkill"))
    return [blocked, service(machine), adapter(machine, config), shared_chip(machine, config)]


def service(machine: Machine) -> Check:
    """Check that BlueZ is running."""
    state = machine.ask("systemctl", "is-active", "bluetooth.service")
    if state == "active":
        return Check("Bluetooth service", "ok", "running")
    if not state and any(read(p) == "bluetoothd" for p in machine.entries("/proc/[0-9]*/comm")):
        return Check("Bluetooth service", "ok", "running, without systemd")
    if not machine.path("/usr/libexec/bluetooth/bluetoothd").exists():
        return Check("Bluetooth service", "failed", "not installed", "sudo apt install bluez")
    start = "sudo systemctl enable --now bluetooth"
    found = f"not running ({state})" if state else "not running"
    return Check("Bluetooth service", "failed", found, start)


def adapter(machine: Machine, config: Config) -> Check:
    """Check that the configured adapter, or any, is there."""
    there = adapters(machine)
    wanted = _wanted(config)
    if not there:
        advice = (
            "plug in a USB Bluetooth adapter; on a Pi: sudo apt install pi-bluetooth && sudo reboot"
        )
        return Check("adapter", "failed", "there is no Bluetooth adapter", advice)
    if wanted and wanted not in there:
        found = f"{wanted} is configured, but there is only {', '.join(there)}"
        return Check("adapter", "failed", found, f'set adapter = "{there[0]}" in [sources.ble]')
    return Check("adapter", "ok", ", ".join(f"{name} ({_kind(machine, name)})" for name in there))


def shared_chip(machine: Machine, config: Config) -> Check:
    """Check whether Wi-Fi on 2.4 GHz disturbs what is configured over Bluetooth."""
    there = adapters(machine)
    used = _wanted(config) or (there[0] if there else "")
    wifi = _wifi_on_chip(machine)
    if not used or _kind(machine, used) != "built in" or not wifi:
        return Check("radio", "ok", "Bluetooth and Wi-Fi do not share a chip, or Wi-Fi is off")
    found = f"Bluetooth and Wi-Fi ({wifi}) share one chip"
    heavy = _heavy(config)
    if not heavy:
        return Check("radio", "ok", f"{found}, which is usually fine with one sensor")
    advice = (
        'plug in a USB Bluetooth adapter and set adapter = "hci1" in [sources.ble], '
        "or use Ethernet (sudo rfkill block wifi), or Wi-Fi on 5 GHz"
    )
    return Check("radio", "warning", f"{found}, so {heavy} will stall and drop out", advice)


def adapters(machine: Machine) -> list[str]:
    """List the adapters by name, without connections such as hci0:11."""
    entries = machine.entries("/sys/class/bluetooth/hci*")
    return [e.name for e in entries if re.fullmatch(r"hci\d+", e.name)]


def _kind(machine: Machine, name: str) -> str:
    where = str(machine.path(f"/sys/class/bluetooth/{name}/device").resolve())
    if "/usb" in where:
        return "USB"
    return "built in" if "serial" in where or "tty" in where else "other"


def _wifi_on_chip(machine: Machine) -> str:
    """Describe the Wi-Fi that is on below 5 GHz on the built-in chip, or return ""."""
    for net in machine.entries("/sys/class/net/wl*"):
        here = str((net / "device").resolve())
        if machine.read(f"/sys/class/net/{net.name}/operstate") != "up" or "mmc" not in here:
            continue
        frequency = re.search(r"freq: ([\d.]+)", machine.ask("iw", "dev", net.name, "link"))
        if frequency is None:
            return f"{net.name}, band unknown"
        if float(frequency[1]) < BAND_5_MHZ:
            return f"{net.name}, 2.4 GHz"
    return ""


def _heavy(config: Config) -> str:
    """Name what is too much for a shared chip, or return ""."""
    if config.part("sources", "ble") and len(config.sensors) >= MANY:
        return f"{len(config.sensors)} sensors"
    card = str(getattr(config.part("actuators", "speech"), "device", ""))
    return "Bluetooth sound" if re.search(r"blue|bt_|a2dp", card, re.IGNORECASE) else ""


def _wanted(config: Config) -> str:
    chosen: ble.Config | None = config.part("sources", "ble")
    return chosen.adapter if chosen else ""


def rfkill(folder: Path = RFKILL) -> Check:
    """Check whether the radio is switched off in software or hardware."""
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


class Stream(NamedTuple):
    """The rate at which a sensor sent, and the one that it claims."""

    rate_hz: float
    nominal_hz: float
    silence_s: float  # the longest

    @property
    def whole(self) -> bool:
        """Whether almost nothing was lost on the way."""
        return abs(self.rate_hz / self.nominal_hz - 1) <= RATE_WITHIN and self.silence_s <= LATE_S


async def can_listen(config: Config) -> Check:
    """Check that an adapter can listen, by listening for a moment."""
    from cued.sources._ble_looking import scan  # noqa: PLC0415 (importing bleak takes its time)

    chosen = config.part("sources", "ble")
    if chosen is None and config.parts.get("sources"):
        return Check("adapter", "skipped", "nothing in the configuration comes over Bluetooth")
    name = chosen.adapter if chosen else ""
    try:
        found = await scan(3.0, name)
    except TimeoutError as error:
        advice = "systemctl status bluetooth; is the configured adapter plugged in?"
        return Check("adapter", "failed", str(error), advice)
    known = sum(bool(f.devices) for f in found)
    return Check("adapter", "ok", f"heard {len(found)} devices in 3 s, {known} of them supported")


async def sensors(config: Config, seconds: float) -> list[Check]:
    """Connect to every configured sensor for some seconds and judge what each sends."""
    from cued.sources import ble  # noqa: PLC0415

    chosen: ble.Config | None = config.part("sources", "ble")
    if chosen is None or not config.sensors:
        return [Check("sensors", "skipped", "none over Bluetooth in the configuration")]
    source = ble.Ble(ble.Config(adapter=chosen.adapter), Site(sensors=config.sensors))
    heard = await listened(source, seconds)
    return [judged(name, s, heard) for name, s in config.sensors.items()]


async def listened(source: Source, seconds: float) -> list[Input]:
    """Return what a source emits within some seconds."""
    heard: list[Input] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await source.run(lambda item: heard.extend(spread(item)), ignore)
    return heard


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
            return Check(title, "warning", "connected, but feels no heartbeat", SKIN)
        if beats:
            return Check(title, "ok", f"{beats[-1].bpm:.0f} beats a minute")
    elif sent := stream(name, heard):
        return _rated(title, name, sent, heard, _configured(sensor))
    whys = [c.why for c in heard if isinstance(c, LinkChanged) and c.sensor == name and c.why]
    return Check(title, "failed", whys[-1] if whys else "not found, or it sent nothing", WAKE)


def _configured(sensor: Sensor) -> float | None:
    """Return the configured rate of a sensor; None if its rate cannot be set."""
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
        return Check(title, "warning", f"{found}; configured: {configured:.0f} Hz", RATE)
    if charge and charge[-1] < BATTERY_LOW_PERCENT:
        return Check(title, "warning", found, "charge it, or replace its battery")
    return Check(title, "ok", found)
