"""An embedded MQTT broker for a demonstration or a home without one (extra ``embedded``).

``[sinks.broker]`` with ``[sinks.mqtt]`` is all that is needed; their default ports match. It is
amqtt in a separate process: its traffic can cost this process neither time nor memory, and it is
restarted if it ends.

Rules
-----
* It listens on the loopback address; elsewhere only with a user and a password, and even then
  without TLS: where strangers share the network, use mosquitto (docs/mqtt.md).
* With a password, clients without it may at most read, and that only with ``guests_read``.
* Nothing is kept over a restart; the MQTT sink publishes everything again when it connects.
* A port that is taken is reported once, with the option to change, and tried again.
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
from cued.reading import HOST
from cued.sinks._hosts import whose_port
from cued.sinks._secret import Credential, PasswordFile, password
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)

READY = b"ready\n"
STARTS_WITHIN_S = 30.0  # chosen: a loaded Pi is slow to import it
AGAIN_S = 2.0  # chosen: long enough for a port to become free, short enough to wait for
ENDS_WITHIN_S = 3.0  # chosen: three times the process's own limit
Port = Annotated[int, Meta(ge=1, le=65535)]


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses, users and limits of the broker."""

    address: Annotated[
        str,
        Meta(
            pattern=HOST,
            description="Address to listen on; any but the loopback needs a password.",
        ),
    ] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port for MQTT.")] = 1883
    websocket_port: Annotated[Port, Meta(description="Port for MQTT over WebSocket.")] = 9001
    user: Annotated[str, Meta(description="User who may do everything; empty: everybody.")] = ""
    credential: Credential = ""
    password_file: PasswordFile = ""
    guests_read: Annotated[
        bool, Meta(description="Let clients without a password read, but never write.")
    ] = False
    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Origins of other web pages that may connect, such as "
            "http://ha.local:8123; pages under this machine's name always may."
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Refuse to be open to a network without a user."""
        if not _is_loopback(self.address) and not self.user:
            raise ValueError(f"address {self.address} can be reached from outside: set user")
        if bool(self.user) != bool(self.credential or self.password_file):
            raise ValueError("user and credential, or password_file, belong together")
        if self.port == self.websocket_port:
            raise ValueError("port and websocket_port must differ")


class Orders(Struct, frozen=True):
    """Settings sent to the broker's process through a pipe."""

    config: Config
    password: str


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


class Broker(Sink):
    """Starts and restarts the broker's process. Events reach it through the MQTT sink."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        if find_spec("amqtt") is None:
            raise ConfigError("[sinks.broker] needs amqtt: pip install 'cued[embedded]'")
        secret = password("[sinks.broker]", config.credential, config.password_file)
        self._orders = msgspec.json.encode(Orders(config, secret or ""))
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._warned = False

    async def __aenter__(self) -> Broker:
        await self._start()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        await self._end()

    async def run(self) -> None:
        """Start the broker again whenever it ends."""
        while self._process:
            status = await self._process.wait()
            self._warn(f"the embedded broker ended with status {status}; starting it again")
            await asyncio.sleep(AGAIN_S)
            await self._start()

    async def _start(self) -> None:
        """Start the process and wait until it listens."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cued.sinks._amqtt"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # so that Ctrl-C reaches only the daemon, which closes the pipe
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
            self._warned = False
            return
        with suppress(TimeoutError):  # until it has ended it may hold the other port
            async with asyncio.timeout(ENDS_WITHIN_S):
                await self._process.wait()
        why = said.decode(errors="replace").strip() or "no answer"
        self._warn(self._taken_port() or f"the embedded broker does not listen: {why}")

    def _taken_port(self) -> str:
        """Name a port that another program has, and the option that changes it."""
        c = self._config
        ports = (
            (c.port, "port, and that of [sinks.mqtt],"),
            (c.websocket_port, "websocket_port, and broker_port of [sinks.live],"),
        )
        taken = (whose_port("[sinks.broker]", c.address, *each) for each in ports)
        return next(filter(None, taken), "")

    def _warn(self, what: str) -> None:
        """Warn, once until it listens again."""
        if not self._warned:
            log.warning("%s", what)
        self._warned = True

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
