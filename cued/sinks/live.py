"""The live page's server (docs/page.md): static files, the broker's address, the current session.

Rules
-----
* The page itself talks to the broker, by MQTT over WebSocket; this part only serves files and
  measurements. It takes no commands and knows no password; the only request that it accepts is to
  open set-up, by four spoken digits (``_settings.py``).
* It listens on the loopback address by default. Elsewhere anybody who reaches the port may read; to
  prevent that, put a proxy with TLS and a password in front.
* A port that is taken is reported once and tried again every 5 s; the coach runs all the same.
* The page is announced by mDNS (``_announcer.py``) and served under the announced name.
* Nothing is loaded from another host; the headers forbid it (Content-Security-Policy).

Needs the extra ``dashboard`` (aiohttp, in ``_pages.py``).
"""

from __future__ import annotations

import asyncio
import logging
import sys
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from cued.coach.commands import SAYABLE
from cued.coach.voice import phrases
from cued.coach.workout.profile import PROFILES
from cued.config import Site
from cued.model import AnyEvent, ConfigError
from cued.parts import Exit, Part
from cued.reading import HOST
from cued.sinks._announcer import Announcer, local_name
from cued.sinks._hosts import EVERYWHERE, cannot_listen, own_address, qr_code
from cued.sinks._session_so_far import SoFar
from cued.sinks.sink import Ask, Sink
from cued.words import languages

if TYPE_CHECKING:
    from cued.sinks._pages import Pages

log = logging.getLogger(__name__)

FILES = Path(str(resources.files("cued") / "dashboard"))
AGAIN_S = 5.0  # chosen: a port in use may be free again


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses of the page and of its broker."""

    host: Annotated[
        str,
        Meta(
            pattern=HOST, min_length=1, description="Address to listen on; 0.0.0.0: every network."
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port; 0: any that is free.")] = 8080
    broker: Annotated[
        str,
        Meta(
            pattern="^(wss?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?)?$(?!\\n)",
            description="The broker's WebSocket as browsers reach it, such as "
            "ws://pi.local:9001/mqtt; empty: on the host that served the page.",
        ),
    ] = ""
    broker_port: Annotated[
        int,
        Meta(ge=1, le=65535, description="The broker's WebSocket port, if broker is empty."),
    ] = 9001
    names: Annotated[
        tuple[str, ...],
        Meta(description="Further host names under which browsers reach the page."),
    ] = ()
    frame_ancestors: Annotated[
        tuple[
            Annotated[str, Meta(pattern="^(https?://[A-Za-z0-9.:*\\[\\]-]+|'self')$(?!\\n)")], ...
        ],
        Meta(
            description="Pages that may show this one in a frame, such as http://ha.local:8123 "
            "for Home Assistant's Webpage card."
        ),
    ] = ()
    commands: Annotated[
        bool, Meta(description="Show buttons for the commands that the station accepts.")
    ] = True
    qr_code: Annotated[
        bool,
        Meta(description="Show the address as a QR code for a phone, if there is a terminal."),
    ] = False
    announce: Annotated[
        bool, Meta(description="Announce the page by mDNS, as http://cued-STATION.local.")
    ] = True
    start: Annotated[
        Literal["own", "all"], Meta(description="Open with this station, or with all of them.")
    ] = "own"


class Live(Sink):
    """Serves the page."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        if find_spec("aiohttp") is None:
            what = "[sinks.live] needs the extra dashboard: pip install 'cued[dashboard]'"
            raise ConfigError(what)
        self._config = config
        self._site = site
        self._so_far = SoFar()
        words = phrases.load(site.language)
        self._phrases = {key: words.wordings(key)[0] for key in SAYABLE}
        self._pages: Pages | None = None
        self._announcer = Announcer(site.station)

    @property
    def address(self) -> str:
        """The page's address."""
        config = self._config
        host = "localhost" if config.host in EVERYWHERE else config.host
        port = self._pages.port if self._pages else config.port
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    async def __aenter__(self) -> Live:
        if why := await self._open():
            log.warning("no live page yet: %s", why)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._announcer.close()
        if self._pages:
            await self._pages.close()

    def take(self, event: AnyEvent) -> None:
        """Keep an event for pages that are opened later."""
        self._so_far.take(event)

    async def run(self) -> None:
        """Retry while the port is taken, then announce; the server has its own tasks."""
        while not self._pages:
            await asyncio.sleep(AGAIN_S)
            await self._open()
        if self._config.announce:
            await self._announcer.run(self._config.host, self._pages.port)

    async def _open(self) -> str:
        """Start serving; return why that failed, or an empty text."""
        from cued.sinks._pages import Pages  # noqa: PLC0415 - only this needs the extra

        bodies = {
            "config.json": self._about,
            "history.json": self._so_far.encoded,
            "stations.json": lambda: msgspec.json.encode(self._announcer.others()),
        }
        names = (*self._config.names, local_name(self._site.station))
        ask = self._site.settings.ask if self._site.settings else None
        frames = self._config.frame_ancestors
        pages = Pages(FILES, bodies, names, self._connects, frames, asked=ask)
        try:
            await pages.open(self._config.host, self._config.port)
        except OSError as error:
            host, port = self._config.host, self._config.port
            return cannot_listen("[sinks.live]", host, port, "port", error)
        self._pages = pages
        self._log_address()
        return ""

    def _log_address(self) -> None:
        """Log the page's address; for a phone also as a QR code."""
        log.info("the live page is at %s", self.address)
        own = own_address() if self._config.host in EVERYWHERE else ""
        if not own:
            return
        reached = f"http://{own}:{self._pages.port if self._pages else self._config.port}/"
        log.info("for a phone in this network: %s", reached)
        if self._config.qr_code and sys.stderr.isatty():
            print(qr_code(reached), file=sys.stderr, flush=True)

    def _about(self) -> bytes:
        config = self._config
        body: dict[str, Any] = {
            "root": "cued",
            "port": config.broker_port,
            "commands": config.commands,
            "history": self._site.station,
            "language": self._site.language,
            "languages": languages(),
            "speed_unit": self._site.speed_unit,
            "settings": self._site.settings is not None,
            "profiles": PROFILES,
            "phrases": self._phrases,
        }
        if config.broker:
            body["broker"] = config.broker
        if config.start == "own":
            body["station"] = self._site.station
        return msgspec.json.encode(body)

    def _connects(self, host: str) -> str:
        """Return the addresses that the page may connect to: only the broker's."""
        if self._config.broker:
            parts = urlsplit(self._config.broker)
            return f"{parts.scheme}://{parts.netloc}"
        port = self._config.broker_port
        return f"ws://{host}:{port} wss://{host}:{port}"


PART: Part[Config, Sink] = Part(Config, Live)
