"""A client of the configured broker. The only file that knows aiomqtt (2.x; version 3 is another).

TLS trusts the configured CA or those of the system, checks the broker's name, and shows our own
certificate where one is configured.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import NamedTuple

import aiomqtt

from cued.config import Site
from cued.model import ConfigError, CuedError, OutOfReach
from cued.sinks import _discovery
from cued.sinks._mqtt_config import PORTS, Config
from cued.sinks._secret import password

Client = aiomqtt.Client
MqttError = aiomqtt.MqttError
Will = aiomqtt.Will

INCOMING = 100  # messages that may wait to be read; the rest of a flood is dropped
quiet = logging.getLogger("cued.mqtt.client")
quiet.setLevel(logging.CRITICAL)  # a flood would fill the journal with its own complaints


class Proof(NamedTuple):
    """What proves to each other who we and the broker are, as far as it is wanted."""

    password: str | None
    context: ssl.SSLContext | None


def proof(config: Config, where: str = "[sinks.mqtt]") -> Proof:
    """Read password and certificates; raises ConfigError, which names the section ``where``."""
    secret = password(where, config.credential, config.password_file)
    return Proof(secret, _tls_context(config, where) if config.tls else None)


def make_client(config: Config, identifier: str, proof: Proof, will: Will | None = None) -> Client:
    """Make a client of the configured broker; entering it connects."""
    websocket = config.transport == "websockets"
    return Client(
        config.host,
        config.port or PORTS[config.transport, config.tls],
        identifier=identifier,
        username=config.user or None,
        password=proof.password,
        tls_context=proof.context,
        transport=config.transport,
        websocket_path=config.path if websocket else None,
        timeout=config.timeout_s,
        keepalive=15,
        will=will,
        logger=quiet,
        max_queued_incoming_messages=INCOMING,
    )


def _tls_context(config: Config, where: str) -> ssl.SSLContext:
    """Trust the configured CA, and show our certificate."""
    try:
        context = ssl.create_default_context(cafile=config.ca or None)
        if config.certificate:
            context.load_cert_chain(config.certificate, config.key)
    except PermissionError:
        raise OutOfReach(f"{where} key: {config.key} cannot be read by this user") from None
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(filter(None, (config.ca, config.certificate, config.key)))
        raise ConfigError(f"{where} tls: {error.strerror or error}: {files}") from None
    return context


def heed_cancellation() -> None:
    """End here if that was asked for while aiomqtt waited.

    It waits with ``asyncio.wait_for``, which before Python 3.12 forgets a cancellation that comes
    in the same instant as what it waits for (python/cpython#86296).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def remove(config: Config, site: Site) -> list[str]:
    """Take the station out of Home Assistant and its retained messages off the broker."""
    topics = [_discovery.topic(config.discovery_prefix, site.station)]
    topics += [f"cued/{site.station}/{name}" for name in ("state", "session", "availability")]
    try:
        async with make_client(config, f"cued-remove-{site.station}", proof(config)) as client:
            for topic in topics:
                await client.publish(topic, b"", 1, retain=True)
    except MqttError as error:
        raise CuedError(f"MQTT broker {config.host}: {error}") from None
    return topics
