"""Run the daemon, as started at boot.

SIGTERM and SIGINT end it, after 9 s by force (``runtime/leaving.py``), and so does a terminal that
hangs up: nobody sees what would go on and keep radio and pins from the service. One that is started
beside another stops at once (``runtime/lock.py``). Otherwise SIGHUP reads the configuration again:
a good one takes effect by a new daemon in this process, so sensors are connected anew; a bad one is
refused with a notice, and the old one goes on. A bad one at the start is said aloud under systemd,
as nobody reads the log there. Without any, set-up is served to a phone first.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from msgspec.structs import replace

from cued import app
from cued import config as configuration
from cued.coach.voice import phrases
from cued.commands._checks.machine import running
from cued.commands._header import refuse_clashes
from cued.commands._options import add_config, load_config
from cued.config import Config
from cued.daemon import Daemon
from cued.model import ConfigError
from cued.runtime.engine_renewal import HISTORY_UNKNOWN
from cued.runtime.greeting import Greeting
from cued.runtime.leaving import Signals, leave_soon
from cued.runtime.lock import Taken, only_one

NAME = "run"
HELP = "run the daemon, as started at boot"
COMPLAINS_S = 30.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Run until told to stop."""
    if args.config is None and configuration.searched() is None and find_spec("aiohttp"):
        _first_start()
    read = partial(_read, args)
    try:
        config = read()
        leave_to_the_service(config)
        with only_one(Path(app.site(config).state), config.station.name):
            asyncio.run(serve(config, read))
    except ConfigError:
        if "INVOCATION_ID" in os.environ:
            asyncio.run(_complain())
        raise
    return 0


def _read(args: argparse.Namespace) -> Config:
    """Read the configuration; pins that something else of the Pi uses are a mistake in it."""
    config = load_config(args)
    refuse_clashes(config)
    return config


def _first_start() -> None:
    """Have a machine without a configuration set up from a phone, where that can be written."""
    from cued.commands import setup  # noqa: PLC0415 - only a first start needs it
    from cued.commands._setup.place import Place  # noqa: PLC0415 - as above

    setup.from_a_phone(Place(Path(configuration.SEARCHED[0])))


def leave_to_the_service(config: Config) -> None:
    """Stop where the service has what is wanted. Raises CuedError."""
    if "INVOCATION_ID" in os.environ or not config.station.hardware:
        return  # started by systemd itself, or nothing real is touched
    if running("cued.service", "cued@*.service"):
        raise Taken(
            "the service runs and has sensors, pins and sound; "
            "sudo systemctl stop cued first, or watch it: journalctl -fu cued"
        )


async def serve(config: Config, read: Callable[[], Config]) -> None:
    """Run the configured daemon, and others after it as the configuration changes."""
    signals = Signals(asyncio.get_running_loop())
    following: Config | None = config
    try:
        while following:
            following = await _serve(following, read, signals)
    finally:
        leave_soon()


async def _serve(config: Config, read: Callable[[], Config], signals: Signals) -> Config | None:
    """Run one daemon; the configuration of the next, if there is to be one."""
    daemon = _built(config)
    following: list[Config] = []

    def reload() -> None:
        try:
            fresh = read()
            _built(fresh)
        except ConfigError as error:
            why = "; ".join(str(error).splitlines())
            daemon.notice("error", "config_refused", f"{why}; the old configuration stays")
            return
        following[:] = [fresh]
        daemon.restart()

    end = partial(_end, daemon, following)
    hang_up = end if sys.stdin.isatty() else reload
    signals.mean({signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: hang_up})
    await daemon.run()
    return following[0] if following else None


def _end(daemon: Daemon, following: list[Config]) -> None:
    following.clear()
    daemon.stop()


def _built(config: Config) -> Daemon:
    """Build the daemon; nothing is opened yet. Raises ConfigError."""
    engines = app.Engines(config)
    where = replace(app.site(config), opening=engines.opening)
    daemon = Daemon(
        engines.begin(),
        app.sources(config, where),
        app.actuators(config, where),
        app.sinks(config, where),
        live=not app.simulated(config),
        greeting=Greeting(
            phrases.load(config.station.language),
            app.worn(config),
            program=config.coach.program,
        ),
        renew=engines.renew,
        choose=engines.choose,
        marker=app.marker(config, where),
    )
    if engines.doubt:
        text = f"{engines.doubt}; as little is coached as after a full week"
        daemon.notice("warning", HISTORY_UNKNOWN, text)
    return daemon


async def _complain() -> None:
    """Say in English that the configuration is wrong, if there is sound."""
    from cued.actuators import speech  # noqa: PLC0415 (only when it is needed)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(COMPLAINS_S):
            words = phrases.load("en").say("config_error")
            await speech.say(words, speech.Config(), app.site(Config()))
