"""Record what crosses the wire, as it came: the evidence for a new device or a decoder's fault.

The log is JSON lines. The first says what was recorded: for an unknown device its name, what it
offers and who made it; every other line is one notification: time s, sensor, characteristic and
the bytes in hex. Addresses and serial numbers are not written, so a log can be passed on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from cued import __version__, app
from cued.commands._options import add_config, load_config, positive
from cued.config import Config
from cued.model import CuedError, Input
from cued.sources import ble

NAME = "record"
HELP = "record what a device sends, byte for byte"
FORMAT = 1


class Header(Struct, frozen=True, tag="wire", kw_only=True):
    """First line of a wire log."""

    format: int = FORMAT
    cued: str = __version__
    devices: dict[str, str] = {}  # sensor: file of cued/devices, when they are known
    name: str = ""
    about: dict[str, str] = {}
    services: dict[str, dict[str, list[str]]] = {}


class Arrival(Struct, frozen=True, tag="n"):
    """One notification, or what a read gave."""

    t: float
    sensor: str
    char: str
    hex: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser)
    parser.add_argument("--raw", type=Path, required=True, metavar="FILE", help="log to write")
    parser.add_argument("--seconds", type=positive, default=30.0, help="how long (30)")
    parser.add_argument(
        "--address",
        default="",
        help="a device that cued does not know yet (cued scan --all); without it, the configured",
    )


def run(args: argparse.Namespace) -> int:
    """Record, and say how much came."""
    try:
        with args.raw.open("x", encoding="utf-8") as file:
            log = Log(file)
            if args.address:
                work = unknown(args.address, args.seconds, log)
            else:
                work = known(load_config(args), args.seconds, log)
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(work)
    except FileExistsError:
        raise CuedError(f"{args.raw} exists; choose another name") from None
    except OSError as error:
        raise CuedError(f"{args.raw}: {error.strerror or error}") from None
    except CuedError:
        if not args.raw.stat().st_size:  # nothing came of it: leave nothing behind
            args.raw.unlink()
        raise
    for char, count in sorted(log.counts.items()):
        print(f"{count:7d}  {char}")
    print(f"{sum(log.counts.values())} messages in {args.raw}")
    return 0


class Log:
    """Writes the lines and counts them."""

    def __init__(self, file: IO[str]) -> None:
        self.counts: dict[str, int] = {}
        self._file = file

    def header(self, header: Header) -> None:
        """Write the first line."""
        self._write(header)

    def arrived(self, t: float, sensor: str, char: str, data: bytes) -> None:
        """Write one notification."""
        self.counts[char] = self.counts.get(char, 0) + 1
        self._write(Arrival(round(t, 6), sensor, char, data.hex()))

    def _write(self, line: Any) -> None:
        self._file.write(msgspec.json.encode(line).decode() + "\n")


async def known(config: Config, seconds: float, log: Log) -> None:
    """Record the configured sensors."""
    where = app.site(config)
    source = ble.Ble(ble.Config(), where, tap=log.arrived)
    log.header(Header(devices={n: s.device for n, s in config.sensors.items()}))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await source.run(_ignore, _nothing)


async def unknown(address: str, seconds: float, log: Log) -> None:
    """Record a device of which nothing is known."""
    early: list[tuple[float, str, bytes]] = []
    ready = False

    def arrived(t: float, char: str, data: bytes) -> None:
        if ready:
            log.arrived(t, "unknown", char, data)
        else:
            early.append((t, char, data))

    def begin() -> None:
        nonlocal ready
        ready = True
        name = raw.advert.name if raw.advert else ""
        log.header(Header(name=name, about=raw.about, services=raw.table))
        for t, char, data in early:
            log.arrived(t, "unknown", char, data)
        print(f"connected to {name or address}, recording", file=sys.stderr)

    raw = ble.Raw(address, arrived)
    try:
        await raw.listen(seconds, begin)
    except TimeoutError:
        raise CuedError(f"{address} was not heard; cued scan --all lists what is") from None


def read(path: Path) -> tuple[Header, list[Arrival]]:
    """Read a wire log, to replay it through ``Device.receive``."""
    with path.open(encoding="utf-8") as file:
        header = msgspec.json.decode(file.readline(), type=Header)
        return header, [msgspec.json.decode(line, type=Arrival) for line in file]


def _ignore(_item: Input) -> None:
    pass


def _nothing() -> None:
    pass
