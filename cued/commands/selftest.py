"""Try every part and say what is wrong, and what to do about it.

Exit status: 1 if anything failed, else 0 (a warning is not a failure). While the service is running
it holds the sensors, the pins and the sound, which are then skipped: stop it first.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
from contextlib import nullcontext

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cued import __version__, app
from cued.commands._checks import bluetooth, body, broker, machine
from cued.commands._checks.all import MARKS, all_checks, missing, show, state_folder
from cued.commands._checks.system import SERVICE, Check, Machine
from cued.commands._options import add_config, load_config, positive
from cued.commands._options import ask as yes
from cued.config import Config, Site

NAME = "selftest"
HELP = "try every part and say what is wrong"
HELD = "the service is using it"
STOP = "sudo systemctl stop cued, try again, and start it afterwards"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser, settings=True)
    parser.add_argument(
        "--seconds", type=positive, default=15.0, help="how long to listen to the sensors (15)"
    )
    parser.add_argument("--ask", action="store_true", help="ask whether it was heard and felt")
    parser.add_argument("--speak", action="store_true", help="say the result aloud")
    parser.add_argument("--json", action="store_true", help="print JSON, for a bug report")


def run(args: argparse.Namespace) -> int:
    """Try everything; print the findings as a table or as JSON."""
    config = load_config(args)
    console = Console(stderr=True)
    with nullcontext() if args.ask else console.status("trying every part"):
        checks = asyncio.run(tried(config, args.seconds, ask=args.ask))
    failed = [c.name for c in checks if c.state == "failed"]
    if args.speak:
        checks.append(asyncio.run(body.voice(config, app.site(config), spoken(failed))))
    if args.json:
        print_json(checks)
    else:
        Console().print(table(checks))
        asyncio.run(diagnosed(config, checks))
    return 1 if any(c.state == "failed" for c in checks) else 0


async def tried(config: Config, seconds: float, *, ask: bool = False) -> list[Check]:
    """Try every part, one after another, because they share radio, card and power."""
    site, here = app.site(config), Machine()
    checks = [machine.board(), machine.power(here), machine.clock(here)]
    checks += [machine.disk(state_folder(config)), machine.pins_let_go(here), bluetooth.rfkill()]
    checks.append(await broker.broker(config, site))
    if here.active(*SERVICE):
        held = ("adapter", "sensors", "sound", "motors", "buttons")
        return checks + [Check(name, "skipped", HELD, STOP) for name in held]
    return checks + await _held(config, site, seconds, ask=ask)


async def diagnosed(config: Config, checks: list[Check]) -> None:
    """Print what else ``cued doctor`` finds, if anything needs action."""
    if not missing(checks):
        return
    there = Check("configuration", "ok", "")
    known = {c.name for c in checks}
    found = missing(await all_checks(Machine(), config, there))
    if more := [c for c in found if c.name not in known]:
        print("cued doctor also finds:")
        show(more, Console())


async def _held(config: Config, site: Site, seconds: float, *, ask: bool) -> list[Check]:
    """Try the parts that only one program can use at a time."""
    person = yes if ask else None
    adapter = await bluetooth.can_listen(config)
    out = [adapter]
    if adapter.state == "ok":
        out += await bluetooth.sensors(config, seconds)
    else:
        out.append(Check("sensors", "skipped", "there is no adapter to hear them with"))
    out.append(await body.sound(config, site, person))
    out += await body.motors(config, site, person)
    out.append(await body.pressed(config, site))
    return out


def spoken(failed: list[str]) -> str:
    """Return the result as an English sentence."""
    if not failed:
        return "Self test: all is well"
    number = "one problem" if len(failed) == 1 else f"{len(failed)} problems"
    return f"Self test: {number}. {', '.join(failed)}"


def table(checks: list[Check]) -> Table:
    """Lay out what was found and what to do."""
    out = Table("part", "result", "found", "what to do")
    for check in checks:
        result = Text(check.state, style=MARKS[check.state][1])
        out.add_row(check.name, result, Text(check.found), Text(check.advice))
    return out


def print_json(checks: list[Check]) -> None:
    """Print what a bug report needs."""
    report = {
        "cued": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "checks": checks,
    }
    print(msgspec.json.format(msgspec.json.encode(report)).decode())
