"""A client of the configured broker. The only file that imports aiomqtt (2.x; 3 differs).

It speaks MQTT 5, which distinguishes a retained command from a new one and lets the broker hold
back messages larger than ``LARGEST``; and 3.1.1 with a broker that does not know 5 (amqtt). With
either, a larger message ends the link before it is read.

TLS trusts the configured CA or those of the system, checks the broker's name, and sends our own
certificate if one is configured.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import weakref
from collections.abc import Awaitable, Generator, Iterable
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Self, TypeVar, cast

import aiomqtt
import msgspec
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from cued.config import Site
from cued.model import ConfigError, CuedError, OutOfReach
from cued.sinks import _discovery
from cued.sinks._mqtt_config import PORTS, Access, Config
from cued.sinks._secret import password

T = TypeVar("T")
MqttError = aiomqtt.MqttError
Will = aiomqtt.Will

V5, V311 = aiomqtt.ProtocolVersion.V5, aiomqtt.ProtocolVersion.V311
LARGEST = 64 * 1024  # bytes; the largest expected is our own description for Home Assistant
RETAINED_WITHIN_S = 1.0  # a broker sends retained messages right after the subscription
ANSWER_S = 10.0  # chosen: a broker answers in a tenth of a second
INCOMING = 100  # messages that may wait to be read; the rest of a flood is dropped
quiet = logging.getLogger("cued.mqtt.client")
quiet.setLevel(logging.CRITICAL)  # in a flood, paho's warnings would fill the journal


class Refused(MqttError):
    """The broker refused a message or a subscription; the link stays up."""


class Client(aiomqtt.Client):
    """A client with bounded memory that hears refusals and does not lose a cancellation."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.version: aiomqtt.ProtocolVersion = options["protocol"]
        paho: Any = self._client
        kind = cast("Any", type(self._client))
        # Weak, to make no cycle: paho closes its socket as soon as it is dropped.
        reference = weakref.ref(paho)

        def bounded(size: int) -> bytes:
            """Receive the rest of a message; end the link if it is too large."""
            if size > LARGEST:
                raise ConnectionError(f"a message of {size} bytes is not read")
            return cast("bytes", kind._sock_recv(reference(), size))

        def understood() -> object:
            """Process a whole message; end the link if that fails, as paho would never go on."""
            try:
                return kind._packet_handle(reference())
            except Exception as error:
                raise MalformedPacket(repr(error)) from error

        paho._sock_recv = bounded
        paho._packet_handle = understood
        self._refusals: dict[int, str] = {}

    async def __aenter__(self) -> Self:
        """Connect."""
        before = self._disconnected
        try:
            return await super().__aenter__()
        finally:
            _retrieve_error(before)

    async def __aexit__(self, *exit_: Any) -> None:
        """Disconnect, unless that has happened."""
        await super().__aexit__(*exit_)
        _retrieve_error(self._disconnected)

    def _on_publish(
        self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any
    ) -> None:
        """Note whether the broker refused a message; aiomqtt takes every answer for a success."""
        self._note(mid, [reason_code])
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_subscribe(
        self, client: Any, userdata: Any, mid: int, reason_codes: Any, properties: Any = None
    ) -> None:
        """Note whether the broker refused a subscription."""
        self._note(mid, reason_codes)
        super()._on_subscribe(client, userdata, mid, reason_codes, properties)

    def _note(self, call: int, codes: Iterable[Any]) -> None:
        self._refusals.update((call, str(code)) for code in codes if code.is_failure)

    @contextmanager
    def _pending_call(self, mid: int, value: T, pending_dict: dict[int, T]) -> Generator[None]:
        self._refusals.pop(mid, None)
        with super()._pending_call(mid, value, pending_dict):
            yield
        if why := self._refusals.pop(mid, ""):
            raise Refused(why)

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109
        """Wait like aiomqtt, but raise if this task was cancelled while it waited.

        aiomqtt uses ``asyncio.wait_for``, which before Python 3.12 loses a cancellation that comes
        in the same instant as the answer (python/cpython#86296).
        """
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        answer = await super()._wait_for(fut, timeout=timeout)
        if task and task.cancelling() > before:
            raise asyncio.CancelledError
        return answer

    async def listen(self, topic: str) -> None:
        """Subscribe so that retained messages are marked, if the broker can do it."""
        if self.version is V5:
            await self.subscribe(topic, options=SubscribeOptions(qos=0, retainAsPublished=True))
        else:
            await self.subscribe(topic)


def _retrieve_error(ended: asyncio.Future[None]) -> None:
    """Retrieve why a link ended, so that asyncio does not print it as never retrieved."""
    if ended.done() and not ended.cancelled():
        ended.exception()


class Proof(NamedTuple):
    """The password and TLS context to sign in with, None where not configured."""

    password: str | None
    context: ssl.SSLContext | None


def proof(config: Access, where: str = "[sinks.mqtt]") -> Proof:
    """Read password and certificates; ``where`` is the section that a ConfigError names."""
    secret = password(where, config.credential, config.password_file)
    return Proof(secret, _tls_context(config, where) if config.tls else None)


def make_client(
    config: Access,
    identifier: str,
    proof: Proof,
    will: Will | None = None,
    version: aiomqtt.ProtocolVersion = V311,
) -> Client:
    """Make a client of the configured broker; entering it connects."""
    properties = None
    if version is V5:
        properties = Properties(PacketTypes.CONNECT)
        properties.MaximumPacketSize = LARGEST
    websocket = config.transport == "websockets"
    return Client(
        config.host,
        config.port or PORTS[config.transport, config.tls],
        identifier=identifier,
        protocol=version,
        properties=properties,
        username=config.user or None,
        password=proof.password,
        tls_context=proof.context,
        transport=config.transport,
        websocket_path=config.path if websocket else None,
        timeout=ANSWER_S,
        keepalive=15,
        will=will,
        logger=quiet,
        max_queued_incoming_messages=INCOMING,
    )


def reason(error: MqttError | None) -> str:
    """Return why a link ended: the broker's reason rather than what it interrupted here."""
    cause = error.__cause__ if error else None
    return str(cause if isinstance(cause, MqttError) else error)


def answers_no_5(error: MqttError) -> bool:
    """Return whether a broker that was reached may have refused MQTT 5 with this error."""
    return not isinstance(error.__cause__, OSError) and "authori" not in str(error).lower()


def _tls_context(config: Access, where: str) -> ssl.SSLContext:
    """Trust the configured CA, and send our certificate."""
    option = f"ca: {config.ca}"
    try:
        context = ssl.create_default_context(cafile=config.ca or None)
        if config.certificate:
            option = f"certificate: {config.certificate}, {config.key}"
            context.load_cert_chain(config.certificate, config.key)
    except PermissionError:
        raise OutOfReach(f"{where} {option} cannot be read by this user") from None
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{where} {option}: {error.strerror or error}") from None
    return context


async def remove(config: Config, site: Site) -> tuple[list[str], bool]:
    """Remove the station from Home Assistant and its retained messages from the broker.

    Returns the topics that were emptied, and whether the station seems to be running.
    """
    topics = [_discovery.topic(config.discovery_prefix, site.station)]
    topics += [f"cued/{site.station}/{name}" for name in ("state", "session", "availability")]
    try:
        async with make_client(config, f"cued-remove-{site.station}", proof(config)) as client:
            runs = await _retained(client, f"cued/{site.station}/availability") == b"online"
            for topic in topics:
                await client.publish(topic, b"", 1, retain=True)
    except MqttError as error:
        raise CuedError(f"MQTT broker {config.host}: {error}") from None
    return topics, runs


async def forget(config: Config, site: Site, runner: str) -> list[str]:
    """Empty the station's retained messages that name a runner, and return their topics."""
    named = msgspec.json.encode(runner)
    topics: list[str] = []
    try:
        async with make_client(config, f"cued-forget-{site.station}", proof(config)) as client:
            await client.subscribe(f"cued/{site.station}/#")
            with suppress(TimeoutError):
                async with asyncio.timeout(RETAINED_WITHIN_S):
                    async for message in client.messages:
                        if message.retain and named in bytes(message.payload or b""):
                            topics.append(str(message.topic))
            for topic in topics:
                await client.publish(topic, b"", 1, retain=True)
    except MqttError as error:
        raise CuedError(f"MQTT broker {config.host}: {error}") from None
    return topics


async def _retained(client: Client, topic: str) -> object:
    """Return the payload that the broker retains for a topic, or None."""
    await client.subscribe(topic)
    with suppress(TimeoutError):
        async with asyncio.timeout(RETAINED_WITHIN_S):
            async for message in client.messages:
                return message.payload
    return None
