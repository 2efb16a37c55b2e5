"""Record the bytes that devices send, as evidence for a new device or a decoder's fault.

The file is a session (``recording/sessions/session.py``) without an engine. It holds the bytes of
the configured sensors, which ``cued replay`` decodes, or of an unknown device with its name,
services and maker. Addresses and serial numbers are left out, so a file can be passed on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

from cued import app
from cued.commands._options import add_config, load_config, positive
from cued.config import Config
from cued.model import CuedError, Input, LinkChanged, Notification
from cued.recording.sessions.opening import Opening, tables
from cued.recording.sessions.writing import SessionWriter
from cued.runtime.supervise import ignore
from cued.sources import ble
from cued.sources._ble_raw import RawConnection

NAME = "record"
HELP = "record what a device sends, byte for byte"
WRITE_EVERY = 500  # items, a few seconds' worth
UNKNOWN = "unknown"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser)
    parser.add_argument(
        "--raw", type=Path, required=True, metavar="FILE", help="file to write, such as mine.mcap"
    )
    parser.add_argument("--seconds", type=positive, default=30.0, help="how long to record (30)")
    parser.add_argument(
        "--address",
        default="",
        help="of a device that cued does not know (cued scan --all); default: those configured",
    )


def run(args: argparse.Namespace) -> int:
    """Record, and print how much arrived."""
    config = Config() if args.address else load_config(args)
    try:
        wire = WireWriter(args.raw, config)
    except FileExistsError:
        raise CuedError(f"{args.raw} exists; choose another name") from None
    except OSError as error:
        raise CuedError(f"{args.raw}: {error.strerror or error}") from None
    try:
        with contextlib.closing(wire), contextlib.suppress(KeyboardInterrupt):
            asyncio.run(
                unknown(args.address, args.seconds, wire)
                if args.address
                else known(config, args.seconds, wire)
            )
    except OSError as error:
        raise CuedError(f"{args.raw}: {error.strerror or error}") from None
    except CuedError:
        if not wire.counts:  # an empty file is of no use
            args.raw.unlink()
        raise
    for char, count in sorted(wire.counts.items()):
        print(f"{count:7d}  {char}")
    print(f"{wire.counts.total()} messages in {args.raw}")
    return 0


class WireWriter:
    """Writes inputs to a session, and counts the notifications."""

    def __init__(self, path: Path, config: Config) -> None:
        self.counts: Counter[str] = Counter()
        opening = Opening(began=time.time(), t=time.monotonic(), config=tables(config))
        self._file = SessionWriter(path, opening)
        self._waiting: list[Input] = []

    def emit(self, item: Input) -> None:
        """Write an input."""
        if isinstance(item, Notification):
            self.counts[item.char] += 1
        self._waiting.append(item)
        if len(self._waiting) >= WRITE_EVERY:
            self._flush()

    def close(self) -> None:
        """End the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        self._file.write(self._waiting)
        self._waiting = []


async def known(config: Config, seconds: float, wire: WireWriter) -> None:
    """Record the configured sensors."""
    source = ble.Ble(ble.Config(), app.site(config))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await source.run(wire.emit, ignore)


async def unknown(address: str, seconds: float, wire: WireWriter) -> None:
    """Record an unknown device; ``LinkChanged.why`` holds its name, maker and services."""
    early: list[Notification] = []
    ready = False

    def arrived(t: float, char: str, data: bytes) -> None:
        item = Notification(t, UNKNOWN, char, data)
        if ready:
            wire.emit(item)
        else:
            early.append(item)

    def begin() -> None:
        nonlocal ready
        ready = True
        name = raw.advert.name if raw.advert else ""
        about = {"name": name, **raw.about, "services": raw.table}
        offered = [*raw.table, *(char for chars in raw.table.values() for char in chars)]
        t = asyncio.get_running_loop().time()
        what = msgspec.json.encode(about).decode()
        wire.emit(LinkChanged(t, UNKNOWN, True, what, tuple(offered)))
        for item in early:
            wire.emit(item)
        print(f"connected to {name or address}, recording", file=sys.stderr)

    raw = RawConnection(address, arrived)
    try:
        await raw.listen(seconds, begin)
    except TimeoutError:
        raise CuedError(f"{address} was not heard; cued scan --all lists those that are") from None
