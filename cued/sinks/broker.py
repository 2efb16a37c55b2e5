"""A broker of our own, for a demonstration or a home without one (extra ``embedded``).

``[sinks.broker]`` beside ``[sinks.mqtt]`` is all that is needed; both know each other's ports by
default. It is amqtt, in a process of its own: what comes in through it can cost this process
neither time nor memory, and if it falls it is started again, as with any broker that went away.

Rules
-----
* It listens on the loopback. Anywhere else only with a user and a password, and even then without
  TLS: a place with strangers in its network uses mosquitto (docs/mqtt.md).
* With a password whoever has none may at most read, and that only with ``guests_read``.
* Nothing is kept over a restart; the sink tells everything anew when it connects.
* A port that another program has is told once, with the option to change, and tried again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cued.config import Site
from cued.model import ConfigError
from cued.parts import Exit, Part
from cued.sinks._hosts import whose_port
from cued.sinks._secret import Credential, PasswordFile, password
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)

READY = b"ready\n"
STARTS_WITHIN_S = 30.0  # chosen: a loaded Pi is slow to import it
AGAIN_S = 2.0  # chosen: a port in use is free again, and nobody waits for long
ENDS_WITHIN_S = 3.0  # chosen: three times the process's own patience
Port = Annotated[int, Meta(ge=1, le=65535)]


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses, users and limits of the broker."""

    address: Annotated[
        str, Meta(description="Address to listen on; anything but the loopback needs a password.")
    ] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port for MQTT.")] = 1883
    websocket_port: Annotated[Port, Meta(description="Port for MQTT over WebSocket.")] = 9001
    user: Annotated[str, Meta(description="User who may do everything; empty: everybody.")] = ""
    credential: Credential = ""
    password_file: PasswordFile = ""
    guests_read: Annotated[
        bool, Meta(description="Let those without a password read, never write.")
    ] = False
    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Web pages elsewhere that may connect, such as http://ha.local:8123; "
            "those under the name of this machine always may."
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Refuse to be open to a network."""
        if not _is_loopback(self.address) and not self.user:
            raise ValueError(f"address {self.address} is reached from outside: set user")
        if bool(self.user) != bool(self.credential or self.password_file):
            raise ValueError("user and credential, or password_file, belong together")
        if self.port == self.websocket_port:
            raise ValueError("port and websocket_port have to differ")


class Orders(Struct, frozen=True):
    """What the broker's process is sent through a pipe."""

    config: Config
    password: str


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


class Broker(Sink):
    """Starts the broker's process, and again when it ends. Events reach it by the MQTT sink."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        if find_spec("amqtt") is None:
            raise ConfigError("[sinks.broker] needs amqtt: pip install 'cued[embedded]'")
        secret = password("[sinks.broker]", config.credential, config.password_file)
        self._orders = msgspec.json.encode(Orders(config, secret or ""))
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._told = ""

    async def __aenter__(self) -> Broker:
        await self._start()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._end()

    async def run(self) -> None:
        """Start the broker again whenever it ends."""
        while self._process:
            status = await self._process.wait()
            self._tell(f"the embedded broker ended with status {status}; starting it again")
            await asyncio.sleep(AGAIN_S)
            await self._start()

    async def _start(self) -> None:
        """Start the process and wait until it listens."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cued.sinks._amqtt"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is meant for the daemon, which ends it by the pipe
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        said = b""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(STARTS_WITHIN_S):
                stdin.write(self._orders + b"\n")
                await stdin.drain()
                said = await stdout.readline()
        if said == READY:
            self._told = ""
            return
        with suppress(TimeoutError):  # while it ends it may still have the other port
            async with asyncio.timeout(ENDS_WITHIN_S):
                await self._process.wait()
        why = said.decode(errors="replace").strip() or "it said nothing"
        self._tell(self._why_not() or f"the embedded broker does not listen: {why}")

    def _why_not(self) -> str:
        """Name the port that another program has, and the option that changes it."""
        c = self._config
        ports = (
            (c.port, "port, and that of [sinks.mqtt],"),
            (c.websocket_port, "websocket_port, and broker_port of [sinks.live],"),
        )
        whose = (whose_port("[sinks.broker]", c.address, *each) for each in ports)
        return next(filter(None, whose), "")

    def _tell(self, what: str) -> None:
        """Warn, once until it listens again."""
        if not self._told:
            log.warning("%s", what)
        self._told = self._told or what

    async def _end(self) -> None:
        """Close the pipe, which ends the process; kill it if it stays."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin:
            process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDS_WITHIN_S):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()


PART: Part[Config, Sink] = Part(Config, Broker)
