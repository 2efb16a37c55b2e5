"""Say what is wrong with this machine, and which command to type next.

It opens nothing that the service may be using, so it can run at any time; ``cued selftest`` tries
the parts themselves. Exit status: 1 if anything failed, else 0 (a warning is not a failure).
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import msgspec
from rich.console import Console

from cued import config
from cued.commands._checks.all import all_checks, missing, show
from cued.commands._checks.system import Check, Machine
from cued.commands._options import add_config, load_config
from cued.config import Config
from cued.model import ConfigError
from cued.sinks._hosts import EVERYWHERE, own_address, qr_code
from cued.words import counted

NAME = "doctor"
HELP = "say what is wrong with this machine, and what to type next"
NEW = "open http://cued.local on a phone next to it, or run sudo cued setup"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser, settings=True)
    parser.add_argument("--json", action="store_true", help="print JSON, for a bug report")


def run(args: argparse.Namespace) -> int:
    """Check everything and print a line for each check."""
    chosen, first = configured(args)
    checks = asyncio.run(all_checks(Machine(), chosen, first))
    failed = [c for c in checks if c.state == "failed"]
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(checks)).decode())
        return 1 if failed else 0
    show(checks, Console())
    warned = len(missing(checks)) - len(failed)
    print(f"{counted(len(failed), 'failure')}, {counted(warned, 'warning')}")
    if url := page_of(chosen):
        print(f"on a phone in this network, open {url}")
        print(qr_code(url) if sys.stdout.isatty() else "", end="")
    return 1 if failed else 0


def page_of(chosen: Config) -> str:
    """Return the address of the live page for a phone, or "" if only this machine can open it."""
    live = chosen.part("sinks", "live")
    own = own_address() if getattr(live, "host", "") in EVERYWHERE else ""
    return f"http://{own}:{getattr(live, 'port', 0)}/" if own else ""


def configured(args: argparse.Namespace) -> tuple[Config, Check]:
    """Read the configuration; if it is wrong, report that and continue with the defaults."""
    try:
        chosen = load_config(args)
    except ConfigError as error:
        first = str(error).splitlines()[0]
        advice = "correct that line, then run cued check; or run sudo cued setup"
        return Config(), Check("configuration", "failed", first, advice)
    named = args.config or config.searched()
    if named is None:
        return chosen, Check("configuration", "warning", "there is no configuration yet", NEW)
    if not chosen.parts.get("sources"):
        found = f"{named} names no sensor, belt or button to listen to"
        return chosen, Check("configuration", "failed", found, "sudo cued setup")
    return chosen, Check("configuration", "ok", f"{named} is valid")
