"""Run the daemon, as started at boot."""

from __future__ import annotations

import argparse
import asyncio
import signal

from msgspec.structs import replace

from cued import app
from cued.commands._options import add_config, load_config
from cued.config import Config
from cued.daemon import Daemon

NAME = "run"
HELP = "run the daemon, as started at boot"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Run until told to stop."""
    asyncio.run(serve(load_config(args)))
    return 0


async def serve(config: Config) -> None:
    """Run the configured daemon until SIGTERM or SIGINT."""
    engines = app.Engines(config)
    where = replace(app.site(config), opening=engines.opening)
    daemon = Daemon(
        engines.begin(),
        app.sources(config, where),
        app.actuators(config, where),
        app.sinks(config, where),
        live=True,
        renew=engines.renew,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop)
    await daemon.run()
