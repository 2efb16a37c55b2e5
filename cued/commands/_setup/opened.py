"""Open set-up at the machine: greet aloud, blink, announce the page and serve it to a phone.

Under systemd the service reports that it is ready as soon as the page is, without a runner.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys

from cued import app, config
from cued.coach.voice import phrases
from cued.commands._setup import writing
from cued.commands._setup.place import NAME, Place, own_network
from cued.commands._setup.real import Real
from cued.commands._setup.served import SetUp
from cued.commands._setup.topics.topic import Trials
from cued.config import Config
from cued.model import CuedError
from cued.runtime.supervise import ignore
from cued.runtime.systemd import notify
from cued.sinks import light
from cued.sinks._announcer import Announcer
from cued.sinks._door import Door
from cued.sinks._hosts import own_address, qr_code

log = logging.getLogger(__name__)

LOOKS_S = 2.0  # chosen: a short wait for whoever sets it up
SAID_EVERY_S = 60.0  # about the time it takes to find a phone and type twelve digits


async def set_up(
    place: Place, door: Door | None = None, trials: Trials | None = None, *, unattended: bool = True
) -> bool:
    """Serve set-up to a phone; return whether a configuration was written.

    door : one that a phone has already opened, so that no greeting is needed.
    unattended : nobody is at a terminal, so greet aloud and blink.
    """
    tables = writing.read(place.path)
    chosen = config.convert(tables)
    trials = trials or Real(app.site(chosen))
    async with contextlib.AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks: list[asyncio.Task[None]] = []
        serving = SetUp(place, trials, door, alive)

        def opened(port: int) -> None:
            notify("READY=1\nSTATUS=set-up is open")
            show_address(place, port)
            announcer = Announcer(chosen.station.name, NAME)
            stack.push_async_callback(announcer.close)
            tasks.append(group.create_task(announcer.run(place.host, port)))
            if unattended and not door:
                language = chosen.station.language
                tasks.append(group.create_task(greet(serving, language)))
                tasks.append(group.create_task(tell_network(serving, place, language)))

        if unattended:
            tasks.append(group.create_task(blink(chosen)))
        try:
            return await serving.run(opened)
        finally:
            for task in tasks:
                task.cancel()


def alive() -> None:
    """Feed the watchdog."""
    notify("WATCHDOG=1")


def show_address(place: Place, port: int) -> None:
    """Show the page's address on the terminal or in the log."""
    host = place.host if place.host not in ("0.0.0.0", "::") else own_address() or "localhost"
    url = f"http://{host}:{port}/"
    if not sys.stdout.isatty():
        log.warning("set-up is open for a quarter of an hour: %s", url)
        return
    print(f"open {url} on your phone", flush=True)
    print(qr_code(url))


async def greet(serving: SetUp, language: str, key: str = "set_up", more: str = "") -> None:
    """Say aloud what to do; a failure is only logged."""
    try:
        why = await serving.say(phrases.load(language).say(key) + more)
    except (CuedError, OSError) as error:
        why = str(error)
    if why:
        log.warning("the voice does not work: %s", why)


async def tell_network(serving: SetUp, place: Place, language: str) -> None:
    """Announce set-up's own network, once there is one, until a phone has loaded the page."""
    while not serving.reached:
        made = own_network(place.network)
        if made:
            groups = (", ".join(made[1][k : k + 3]) for k in range(0, len(made[1]), 3))
            await greet(serving, language, "set_up_network", f": {'. '.join(groups)}")
        await asyncio.sleep(SAID_EVERY_S if made else LOOKS_S)


async def blink(chosen: Config) -> None:
    """Show on the status light, if one is wired, that set-up is open."""
    options: light.Config = chosen.part("sinks", "light") or light.Config()
    async with light.Light(options, app.site(chosen), ignore) as lamp:
        lamp.shows = "set_up"
        await lamp.run()
