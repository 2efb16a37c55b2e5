"""Bluetooth as the system shows it: switch, service, adapter, and the chip that Wi-Fi shares.

A Raspberry Pi has one radio chip for both. While Wi-Fi uses 2.4 GHz, connections to two sensors or
Bluetooth sound stall and drop (hbldh/bleak 1670, raspberrypi/linux 1402, RPi-Distro/bluez-firmware
12). There the adapter is on a serial line and Wi-Fi on SDIO; a USB adapter is a chip of its own.
"""

from __future__ import annotations

import re

from cued.commands._checks.radio import rfkill
from cued.commands._checks.system import Check, Machine, read
from cued.config import Config
from cued.sources import ble

BAND_5_MHZ = 4900.0  # where the 5 GHz band begins
MANY = 2  # sensors; chosen: the check is about those that share one adapter


def bluetooth(machine: Machine, config: Config) -> list[Check]:
    """Check that there is an adapter, and that it is on."""
    blocked = rfkill(machine.path("/sys/class/rfkill"))
    return [blocked, service(machine), adapter(machine, config), shared_chip(machine, config)]


def service(machine: Machine) -> Check:
    """See whether BlueZ runs."""
    state = machine.ask("systemctl", "is-active", "bluetooth.service")
    if state == "active":
        return Check("Bluetooth service", "ok", "it runs")
    if not state and any(read(p) == "bluetoothd" for p in machine.entries("/proc/[0-9]*/comm")):
        return Check("Bluetooth service", "ok", "it runs, without systemd")
    if not machine.path("/usr/libexec/bluetooth/bluetoothd").exists():
        return Check("Bluetooth service", "failed", "not installed", "sudo apt install bluez")
    start = "sudo systemctl enable --now bluetooth"
    found = f"it does not run ({state})" if state else "it does not run"
    return Check("Bluetooth service", "failed", found, start)


def adapter(machine: Machine, config: Config) -> Check:
    """See whether the adapter that is configured, or any, is there."""
    there = adapters(machine)
    wanted = _wanted(config)
    if not there:
        advice = (
            "plug in a USB Bluetooth adapter; on a Pi: sudo apt install pi-bluetooth && sudo reboot"
        )
        return Check("adapter", "failed", "there is no Bluetooth adapter", advice)
    if wanted and wanted not in there:
        found = f"{wanted} is configured, and there is {', '.join(there)}"
        return Check("adapter", "failed", found, f'set adapter = "{there[0]}" in [sources.ble]')
    return Check("adapter", "ok", ", ".join(f"{name} ({_kind(machine, name)})" for name in there))


def shared_chip(machine: Machine, config: Config) -> Check:
    """See whether Wi-Fi on 2.4 GHz disturbs what is configured over Bluetooth."""
    there = adapters(machine)
    used = _wanted(config) or (there[0] if there else "")
    wifi = _wifi_on_chip(machine)
    if not used or _kind(machine, used) != "built in" or not wifi:
        return Check("radio", "ok", "Bluetooth and Wi-Fi do not share a chip, or Wi-Fi is off")
    found = f"Bluetooth and Wi-Fi ({wifi}) share one chip"
    heavy = _heavy(config)
    if not heavy:
        return Check("radio", "ok", f"{found}; with one sensor that is usually fine")
    advice = (
        'plug in a USB Bluetooth adapter and set adapter = "hci1" in [sources.ble], '
        "or use Ethernet (sudo rfkill block wifi), or Wi-Fi on 5 GHz"
    )
    return Check("radio", "warning", f"{found}; {heavy} will stall and drop", advice)


def adapters(machine: Machine) -> list[str]:
    """List the adapters by name; links such as hci0:11 are none."""
    entries = machine.entries("/sys/class/bluetooth/hci*")
    return [e.name for e in entries if re.fullmatch(r"hci\d+", e.name)]


def _kind(machine: Machine, name: str) -> str:
    where = str(machine.path(f"/sys/class/bluetooth/{name}/device").resolve())
    if "/usb" in where:
        return "USB"
    return "built in" if "serial" in where or "tty" in where else "other"


def _wifi_on_chip(machine: Machine) -> str:
    """Name the Wi-Fi that is on below 5 GHz on the board's own chip, if there is any."""
    for net in machine.entries("/sys/class/net/wl*"):
        here = str((net / "device").resolve())
        if machine.read(f"/sys/class/net/{net.name}/operstate") != "up" or "mmc" not in here:
            continue
        told = re.search(r"freq: ([\d.]+)", machine.ask("iw", "dev", net.name, "link"))
        if told is None:
            return f"{net.name}, band not known"
        if float(told[1]) < BAND_5_MHZ:
            return f"{net.name}, 2.4 GHz"
    return ""


def _heavy(config: Config) -> str:
    """Return what is too much for a shared chip, if anything is."""
    if config.part("sources", "ble") and len(config.sensors) >= MANY:
        return f"{len(config.sensors)} sensors"
    card = str(getattr(config.part("actuators", "speech"), "device", ""))
    return "Bluetooth sound" if re.search(r"blue|bt_|a2dp", card, re.IGNORECASE) else ""


def _wanted(config: Config) -> str:
    chosen: ble.Config | None = config.part("sources", "ble")
    return chosen.adapter if chosen else ""
