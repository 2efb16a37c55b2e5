"""Drive every output pin of the configuration low, after the daemon was killed.

Motors, relay and light are off after any orderly end; motors and relay also when the daemon is
killed or frozen, because another process keeps their pins (``cued/keeper.py``). When both processes
are killed (``systemctl kill``), or the daemon while the light is on, the pins stay as they were on
Raspberry Pi OS without ``dtparam=strict_gpiod``, until this command runs. The service runs it
whenever it has stopped (``ExecStopPost``); after a daemon started by hand, run it yourself.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cued import app
from cued.commands._options import add_config, load_config
from cued.config import output_pins
from cued.gpio import PinsMissing, drive_low
from cued.model import CuedError

NAME = "off"
HELP = "drive every output pin low"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Drive every output pin low. Raises CuedError for pins that could not be driven."""
    config = load_config(args)
    where = app.site(config)
    pins = output_pins(config)
    if not pins or not where.hardware:
        return 0
    try:
        drive_low(pins, where.chip, Path(where.runtime))
    except PinsMissing as error:
        raise CuedError(str(error)) from None
    return 0
