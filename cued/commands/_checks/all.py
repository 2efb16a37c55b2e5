"""All checks of ``cued doctor``, and their findings as lines in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cued import app
from cued.commands._checks import machine as board
from cued.commands._checks.bluetooth import bluetooth
from cued.commands._checks.broker import broker
from cued.commands._checks.header import pins
from cued.commands._checks.service import other_daemon, permissions, ports
from cued.commands._checks.sound_card import sound_card
from cued.commands._checks.system import Check, Machine
from cued.config import Config

SERVICE_STATE = Path("/var/lib/cued")
MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red"),
         "skipped": ("–", "dim")}  # fmt: skip


async def all_checks(machine: Machine, config: Config, configuration: Check) -> list[Check]:
    """Check everything without opening a device, so the service may keep running."""
    site = app.site(config)
    return [
        configuration,
        other_daemon(machine, state_folder(config), config.station.name),
        permissions(machine),
        *bluetooth(machine, config),
        sound_card(machine, config),
        pins(machine, config),
        board.power(machine),
        board.pins_let_go(machine),
        board.disk(state_folder(config)),
        board.clock(machine),
        *ports(machine, config),
        await broker(config, site),
    ]


def state_folder(config: Config) -> Path:
    """Return the history's folder: the service's, unless there is none or another is configured."""
    own = SERVICE_STATE.is_dir() and not config.station.state
    return SERVICE_STATE if own else Path(app.site(config).state)


def missing(checks: Iterable[Check]) -> list[Check]:
    """Return the checks that need action."""
    return [c for c in checks if c.state in ("failed", "warning")]


def show(checks: Sequence[Check], console: Console) -> None:
    """Print a mark and a sentence for each check, and below it what to type."""
    width = max((len(c.name) for c in checks), default=0)
    for check in checks:
        mark, colour = MARKS[check.state]
        line = Text(f"{mark} ", style=colour)
        line.append(f"{check.name:<{width}}  ", style="bold")
        line.append(check.found)
        console.print(line, highlight=False, soft_wrap=True)
        if check.advice:
            console.print(Text(f"    → {check.advice}"), highlight=False, soft_wrap=True)
