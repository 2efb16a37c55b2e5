"""Say what is wrong with this machine, and the next command to type.

Nothing is opened that the service may be using, so it can be run at any time; ``cued selftest``
tries the parts themselves. Exit status: 0 when nothing failed (a warning is no failure), else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import msgspec
from rich.console import Console

from cued import config
from cued.commands._checks.all import looked_at, missing, show
from cued.commands._checks.system import Check, Machine
from cued.commands._options import add_config, load_config
from cued.config import Config
from cued.model import ConfigError
from cued.sinks._hosts import EVERYWHERE, own_address, qr_code
from cued.words import counted

NAME = "doctor"
HELP = "what is wrong with this machine, and the next command"
NEW = "open http://cued.local on a phone beside it, or sudo cued setup"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser, settings=True)
    parser.add_argument("--json", action="store_true", help="print JSON, for a bug report")


def run(args: argparse.Namespace) -> int:
    """Look at everything and print a line for each."""
    chosen, first = configured(args)
    checks = asyncio.run(looked_at(Machine(), chosen, first))
    failed = [c for c in checks if c.state == "failed"]
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(checks)).decode())
        return 1 if failed else 0
    show(checks, Console())
    warned = len(missing(checks)) - len(failed)
    print(f"{counted(len(failed), 'failure')}, {counted(warned, 'warning')}")
    if url := page_of(chosen):
        print(f"for a phone in this network: {url}")
        print(qr_code(url) if sys.stdout.isatty() else "", end="")
    return 1 if failed else 0


def page_of(chosen: Config) -> str:
    """Return where a phone finds the live page; nothing where it is for this machine alone."""
    live = chosen.part("sinks", "live")
    own = own_address() if getattr(live, "host", "") in EVERYWHERE else ""
    return f"http://{own}:{getattr(live, 'port', 0)}/" if own else ""


def configured(args: argparse.Namespace) -> tuple[Config, Check]:
    """Read the configuration; one that is wrong is a finding, and the defaults are looked at."""
    try:
        chosen = load_config(args)
    except ConfigError as error:
        first = str(error).splitlines()[0]
        advice = "mend that line, then cued check; or sudo cued setup"
        return Config(), Check("configuration", "failed", first, advice)
    named = args.config or config.searched()
    if named is None:
        return chosen, Check("configuration", "warning", "there is none yet", NEW)
    if not chosen.parts.get("sources"):
        found = f"{named} names nothing to listen to"
        return chosen, Check("configuration", "failed", found, "sudo cued setup")
    return chosen, Check("configuration", "ok", f"{named} can be read and fits")
