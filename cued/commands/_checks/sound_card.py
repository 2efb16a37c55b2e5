"""Check of the sound card: there is one, it is the right one, and no other program uses it."""

from __future__ import annotations

import re

from cued.commands._checks.system import Check, Machine
from cued.config import Config

CARD = re.compile(r"^\s*(\d+) \[(\S+)\s*\]: (.+)$", re.MULTILINE)
DESKTOPS = ("lightdm.service", "gdm3.service", "sddm.service", "display-manager.service")
TO_CONSOLE = "sudo systemctl set-default multi-user.target && sudo reboot"


def sound_card(machine: Machine, config: Config) -> Check:
    """Check the card that the voice will use."""
    options = config.part("actuators", "speech")
    if options is None and config.parts.get("sources"):
        return Check("sound card", "skipped", "[actuators.speech] is not in the configuration")
    cards = CARD.findall(machine.read("/proc/asound/cards"))
    if not cards:
        advice = "plug in a USB speaker, or put dtparam=audio=on into config.txt and reboot"
        return Check("sound card", "failed", "there is no sound card", advice)
    wanted = str(getattr(options, "device", ""))
    fitting = [c for c in cards if wanted.lower() in f"{c[1]} {c[2]}".lower()]
    names = ", ".join(name for _, name, _ in cards)
    if not fitting:
        advice = f'set device = "{_best(cards)}" in [actuators.speech]'
        found = f"there is no card {wanted!r}, only {names}"
        return Check("sound card", "failed", found, advice)
    return _judged(machine, fitting[0], wanted, cards)


def _judged(
    machine: Machine, card: tuple[str, str, str], wanted: str, cards: list[tuple[str, str, str]]
) -> Check:
    number, name, what = card
    if not wanted and _hdmi(card):
        found = f"the first card is {name}, HDMI: silent unless the screen has loudspeakers"
        best = _best(cards)
        advice = f'set device = "{best}" in [actuators.speech]'
        if best == name:
            advice = "plug in a USB speaker, or put dtparam=audio=on into config.txt"
        return Check("sound card", "warning", found, advice)
    if holder := _holder(machine, number):
        ours = "cued" in holder
        found = f"{name} is in use by {holder}"
        if ours:
            return Check("sound card", "ok", found)
        return Check("sound card", "failed", found, TO_CONSOLE)
    if machine.active(*DESKTOPS):
        found = f"{name} is free, but the desktop is running and may take it"
        return Check("sound card", "warning", found, TO_CONSOLE)
    return Check("sound card", "ok", f"{name}: {what.strip()}")


def _hdmi(card: tuple[str, str, str]) -> bool:
    return "hdmi" in f"{card[1]} {card[2]}".lower()


def _best(cards: list[tuple[str, str, str]]) -> str:
    """Return the card that is most likely a loudspeaker."""
    return next((c[1] for c in cards if not _hdmi(c)), cards[0][1])


def _holder(machine: Machine, number: str) -> str:
    """Name the program that is using a card now, or return ""."""
    for status in machine.entries(f"/proc/asound/card{number}/pcm*p/sub*/status"):
        owner = re.search(r"owner_pid\s*:\s*(\d+)", status.read_text("utf-8", errors="replace"))
        if owner:
            return machine.read(f"/proc/{owner[1]}/comm") or f"process {owner[1]}"
    return ""
