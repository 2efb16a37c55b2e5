"""List the sensors and treadmills in range: supported or not, signal, and battery if asked."""

from __future__ import annotations

import argparse
import asyncio

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cued.commands._checks.all import missing, show
from cued.commands._checks.bluetooth import bluetooth
from cued.commands._checks.system import SERVICE, Machine
from cued.commands._options import positive
from cued.config import Config
from cued.devices._unsupported import unsupported
from cued.model import CuedError
from cued.sources import ble
from cued.sources._ble_looking import FoundDevice, battery, scan

NAME = "scan"
HELP = "list supported devices in range"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--seconds", type=positive, default=8.0, help="how long to listen (8)")
    parser.add_argument("--adapter", default="", metavar="hciN", help="Bluetooth adapter to use")
    parser.add_argument("--all", action="store_true", help="list unsupported devices too")
    parser.add_argument(
        "--battery", action="store_true", help="connect to each and read its battery"
    )


def run(args: argparse.Namespace) -> int:
    """Print a table of the devices found; count unsupported ones, or list them with --all."""
    try:
        found, batteries = asyncio.run(_listen(args))
    except TimeoutError as error:
        diagnose(args.adapter)
        raise CuedError(str(error)) from None
    known = [f for f in found if f.devices]
    listed = found if args.all else known
    if listed:
        Console().print(table(listed, batteries))
    if any("rsc" in f.devices for f in known):
        print("rsc: its speed is used as the belt's, its cadence is only shown, never coached")
    for sentence in filter(None, (unsupported(f.advert.name) for f in found if not f.devices)):
        print(sentence)
    others = len(found) - len(known)
    print(f"{len(known)} supported, {others} other device{'' if others == 1 else 's'} in range")
    if not known:
        print("Wake the sensor (move it, wet the strap, start the belt). One that is connected to")
        print("something else, such as a phone, is not listed.")
    if Machine().active(*SERVICE):
        print("Nor are the sensors that the service uses; sudo systemctl stop cued frees them.")
    if not found:
        diagnose(args.adapter)
    return 0


def diagnose(adapter: str) -> None:
    """Print what is wrong with Bluetooth on this machine, if anything is."""
    chosen = Config(parts={"sources": {"ble": ble.Config(adapter=adapter)}})
    show(missing(bluetooth(Machine(), chosen)), Console())


async def _listen(
    args: argparse.Namespace,
) -> tuple[list[FoundDevice], dict[str, float | None]]:
    with Console(stderr=True).status(f"listening for {args.seconds:g} s"):
        found = await scan(args.seconds, args.adapter)
    batteries: dict[str, float | None] = {}
    if args.battery:
        for one in (f for f in found if f.devices):
            asked = Text(f"asking {one.advert.name or one.advert.address}")
            with Console(stderr=True).status(asked):
                batteries[one.advert.address] = await battery(one, args.adapter)
    return found, batteries


def table(found: list[FoundDevice], batteries: dict[str, float | None]) -> Table:
    """Lay out what was found, named as in the configuration."""
    out = Table("name", "address", "device =", "signal")
    if batteries:
        out.add_column("battery")
    for one in found:
        row = [
            Text(one.advert.name or "(no name)"),
            one.advert.address,
            ", ".join(one.devices) or "not supported",
            strength(one.advert.rssi),
        ]
        if batteries:
            percent = batteries.get(one.advert.address)
            row.append("unknown" if percent is None else f"{percent:.0f} %")
        out.add_row(*row)
    return out


def strength(rssi: int | None) -> str:
    """Describe a signal strength in a word that a runner can act on, and the number."""
    if rssi is None:
        return "unknown"
    word = "good" if rssi >= -70 else "fair" if rssi >= -85 else "weak: bring it nearer"
    return f"{word} ({rssi} dBm)"
