"""Run the daemon, as started at boot.

SIGTERM and SIGINT end it, after 9 s by force (``runtime/leaving.py``). So does a terminal that
hangs up: unseen, the daemon would keep the radio and pins from the service. A second daemon stops
at once (``runtime/lock.py``). Without a terminal SIGHUP reads the configuration again: a valid one
starts a new daemon in this process, so the sensors reconnect; an invalid one is refused with a
notice, and the old one stays. During set-up SIGHUP does nothing, because the configuration is read
after it anyway. Under systemd an invalid one at start-up is announced by voice, because nobody
reads the log there.

With ``--set-up``, as in the service, a machine without a configuration is first set up from a
phone. Set-up can be reopened with the button, or from the live page with digits that are spoken.
Under systemd the process then exits with ``RESTART``, because only a restart hands it a new
password. By hand and without ``--config`` a first start does the same.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cued import app
from cued import config as configuration
from cued.coach.voice import phrases
from cued.commands._checks.system import SERVICE, Machine
from cued.commands._header import refuse_clashes
from cued.commands._options import add_config, load_config
from cued.commands._setup.place import NAME as SET_UP_NAME
from cued.commands._setup.place import Place
from cued.config import Config
from cued.daemon import Daemon
from cued.model import ConfigError, Cue, CuedError, Priority
from cued.runtime.engine_renewal import HISTORY_UNKNOWN
from cued.runtime.greeting import Greeting
from cued.runtime.leaving import Signals, leave_soon
from cued.runtime.lock import Taken, only_one
from cued.runtime.supervise import ignore
from cued.runtime.systemd import refusing_connections
from cued.sinks._announcer import local_name
from cued.sinks._door import Door
from cued.sinks._hosts import EVERYWHERE

log = logging.getLogger(__name__)

NAME = "run"
HELP = "run the daemon, as started at boot"
COMPLAIN_WITHIN_S = 30.0  # chosen: a first phrase may have to be rendered
RESTART = os.EX_TEMPFAIL  # systemd restarts after every failure except a wrong configuration
DIGIT_S = 1.2  # chosen: time to type each
DIGIT = Cue(
    t=0.0,
    key="digit",
    text="",
    pattern="none",
    priority=Priority.INFO,
    verdict="given",
    valid_s=DIGIT_S,
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser)
    parser.add_argument(
        "--set-up", action="store_true", help="let a phone set this machine up, and again later"
    )


def run(args: argparse.Namespace) -> int:
    """Run until asked to stop."""
    under_systemd = "INVOCATION_ID" in os.environ
    if not sys.stdin.isatty():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nothing is there to be read again yet
    path = args.config or Path(configuration.SEARCHED[0])
    if _is_new(args) and find_spec("aiohttp"):
        written = _first_start(path)
        if under_systemd:
            return RESTART if written else os.EX_CONFIG
    read = partial(_read, args)
    try:
        config = read()
        leave_to_the_service(config)
        with only_one(Path(app.site(config).state), config.station.name):
            if asyncio.run(serve(config, read, path if args.set_up else None)) and under_systemd:
                return RESTART
    except ConfigError:
        if under_systemd:
            asyncio.run(_complain())
        raise
    return 0


def _read(args: argparse.Namespace) -> Config:
    """Read the configuration. Raises ConfigError, also for pins that the Pi itself uses."""
    config = app.attended(load_config(args))
    refuse_clashes(config)
    return config


def _is_new(args: argparse.Namespace) -> bool:
    """Return whether nothing is configured yet, and set-up may change that."""
    if args.config is None:
        return configuration.searched() is None
    return bool(args.set_up) and not args.config.exists()


def _first_start(path: Path) -> bool:
    """Set up a machine without a configuration from a phone; return whether it was written."""
    from cued.commands import setup  # noqa: PLC0415 - only a first start needs it

    return setup.from_a_phone(Place(path), unattended=True)


def leave_to_the_service(config: Config) -> None:
    """Refuse to start while the service holds the sensors, pins and sound. Raises CuedError."""
    if "INVOCATION_ID" in os.environ or not config.station.hardware:
        return  # started by systemd itself, or nothing real is touched
    if Machine().active(*SERVICE):
        raise Taken(
            "the service is running and holds the sensors, pins and sound; "
            "sudo systemctl stop cued first, or watch it: journalctl -fu cued"
        )


async def serve(config: Config, read: Callable[[], Config], path: Path | None = None) -> bool:
    """Run the configured daemon, then a new one each time that the configuration changes.

    path : the file that set-up may write, if set-up is allowed.  Returns whether it wrote it.
    """
    signals = Signals(asyncio.get_running_loop())
    following: Config | Opened | None = config
    try:
        while following:
            if isinstance(following, Opened):
                assert path is not None
                written = await _set_up(_place(path, config, following.door), following, signals)
                if written is None or written:
                    return bool(written)
                following = _after_set_up(read, config)
            config = following
            following = await _serve(config, read, signals, may_set_up=path is not None)
    finally:
        leave_soon()
    return False


class Opened(Struct, frozen=True):
    """Set-up was opened: with the button, or on the live page, whose ``door`` is already open."""

    door: Any = None


async def _set_up(place: Place, opened: Opened, signals: Signals) -> bool | None:
    """Serve set-up; return whether something was written, None when asked to stop."""
    from cued.commands._setup.opened import set_up  # noqa: PLC0415 - only this needs aiohttp

    serving = asyncio.ensure_future(set_up(place, opened.door))

    def leave() -> None:
        serving.cancel()

    hang_up = leave if sys.stdin.isatty() else ignore
    signals.set_actions({signal.SIGTERM: leave, signal.SIGINT: leave, signal.SIGHUP: hang_up})
    try:
        return await serving
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and not task.cancelling():
            return None  # set-up was cancelled by a signal, not this task
        raise
    except CuedError as error:
        log.warning("set-up: %s", error)  # the coach keeps the configuration it had
        return False


def _place(path: Path, config: Config, door: Door | None) -> Place:
    """Return where set-up is served: at the live page's address if a phone comes from there."""
    live = config.part("sinks", "live")
    if live is None:
        return Place(path)
    host = live.host if door else Place(path).host
    return Place(path, host, live.port, (SET_UP_NAME, local_name(config.station.name), *live.names))


async def _serve(
    config: Config, read: Callable[[], Config], signals: Signals, *, may_set_up: bool = False
) -> Config | Opened | None:
    """Run one daemon; return the configuration or set-up that follows it, if any."""
    following: list[Config | Opened] = []

    def then(next_: Config | Opened) -> None:
        if daemon.restart():  # False once the daemon was asked to end
            following[:] = [next_]

    daemon = _built(config, then if may_set_up and find_spec("aiohttp") else None)

    def reload() -> None:
        try:
            then(_checked(read))
        except ConfigError as error:
            daemon.notice("error", "config_refused", _refused(error))

    end = partial(_end, daemon, following)
    hang_up = end if sys.stdin.isatty() else reload
    signals.set_actions({signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: hang_up})
    live = config.part("sinks", "live")
    for_phones = getattr(live, "host", "") in EVERYWHERE
    async with contextlib.nullcontext() if for_phones else refusing_connections():
        await daemon.run()
    return following[0] if following else None


def _after_set_up(read: Callable[[], Config], config: Config) -> Config:
    """Return the configuration as it is now, or the old one if that is wrong."""
    try:
        return _checked(read)
    except ConfigError as error:
        log.warning("%s", _refused(error))
        return config


def _checked(read: Callable[[], Config]) -> Config:
    """Read the configuration and build a daemon of it on trial. Raises ConfigError."""
    fresh = read()
    _built(fresh)
    return fresh


def _refused(error: ConfigError) -> str:
    return f"{'; '.join(str(error).splitlines())}; the old configuration stays"


def _end(daemon: Daemon, following: list[Config | Opened]) -> None:
    following.clear()
    daemon.stop()


def _built(config: Config, then: Callable[[Opened], None] | None = None) -> Daemon:
    """Build the daemon; nothing is opened yet. Raises ConfigError.

    then : ends the daemon and opens set-up; None where set-up is not allowed.
    """
    engines = app.Engines(config)
    words = phrases.load(config.station.language)

    def open_(door: Door | None = None) -> bool:
        if not then or not engines.idle:
            text = "set-up can be opened only between sessions"
            daemon.notice("warning", "set_up_refused", text)
            return False
        then(Opened(door))
        return True

    def speak(digits: str) -> bool:
        if engines.idle:
            for n, digit in enumerate(digits):
                cue = replace(DIGIT, text=words.say("digit", digit=int(digit)))
                asyncio.get_running_loop().call_later(n * DIGIT_S, daemon.whisper, cue)
        return engines.idle

    settings = _settings(speak, open_) if then else None
    where = replace(app.site(config), opening=engines.opening, settings=settings)
    daemon = Daemon(
        engines.begin(),
        app.sources(config, where),
        app.actuators(config, where),
        app.sinks(config, where),
        live=not app.simulated(config),
        greeting=Greeting(words, app.worn(config), program=bool(config.coach.program)),
        renew=engines.renew,
        choose=engines.choose,
        marker=app.marker(config, where),
        set_up=open_ if then else None,
    )
    daemon.notice("info", "coaching", _coaching(config))
    if engines.doubt:
        text = f"{engines.doubt}; coaching is held back as after a full week"
        daemon.notice("warning", HISTORY_UNKNOWN, text)
    return daemon


def _settings(speak: Callable[[str], bool], open_: Callable[[Door | None], bool]) -> Any:
    from cued.sinks._settings import Settings  # noqa: PLC0415 - only this needs aiohttp

    now = asyncio.get_running_loop().time
    return Settings(Door.new(now(), shy=True), speak, open_, now)


def _coaching(config: Config) -> str:
    """Say whether workouts are guided, and which setting changes that."""
    if config.coach.program:
        guided = f"guided workouts, profile {config.coach.profile}: a press starts one"
        return f"{guided}; for free runs set [coach] program = false"
    return "free run: a press starts a workout; to guide every run set [coach] program = true"


async def _complain() -> None:
    """Say in English that the configuration is wrong, if there is sound."""
    from cued.actuators import speech  # noqa: PLC0415 (only when it is needed)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(COMPLAIN_WITHIN_S):
            words = phrases.load("en").say("config_error")
            await speech.say(words, speech.Config(), app.site(Config()))
