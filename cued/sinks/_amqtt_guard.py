"""amqtt with limits against strangers in the network and web pages of other sites.

Rules
-----
* ``MOST_CONNECTIONS`` at once. When they are used up, the oldest connection without a CONNECT is
  closed, so idle sockets keep nobody out. A connection that sends none within
  ``INTRODUCED_WITHIN_S`` is closed too.
* No message may be larger than ``LARGEST``: a connection that announces one is closed before it is
  read. The daemon's own largest, a description for Home Assistant, is less than a quarter of that.
* At most ``MOST_RETAINED`` topics are retained.
* A browser's WebSocket must come from a page under the host name that it connects to, or from a
  configured origin; and that name must be ours (``_hosts.py``).
* A client of MQTT 5, which amqtt does not speak, is refused at once with a 3.1.1 reply.
* A retained command is dropped: it was meant for somebody who may have stepped off.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import websockets
from amqtt.adapters import ReaderAdapter, WriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerType
from amqtt.errors import AMQTTError, MQTTError
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from cued.sinks._hosts import hostname, is_ours

MOST_CONNECTIONS = 50  # a household's worth of screens
INTRODUCED_WITHIN_S = 5.0  # chosen: a client sends its first message at once
LEAST_CONNECT = 14  # bytes of a CONNECT with an empty client name
SPEAKS_3 = b"\x20\x02\x00\x01"  # CONNACK: unacceptable protocol version
LARGEST = 256 * 1024  # bytes; chosen: more than any message of ours
MOST_RETAINED = 1000  # 64 MB at the very most with messages of 64 kB


class Bounded(ReaderAdapter):
    """A reader that refuses to read more than ``LARGEST`` at once."""

    def __init__(self, reader: ReaderAdapter) -> None:
        self._reader = reader
        self._seen = b""

    async def peek(self, n: int) -> bytes:
        """Return the first ``n`` bytes and keep them for the next read."""
        self._seen = await self._reader.read(n)
        return self._seen

    async def read(self, n: int = -1) -> bytes:
        """Read ``n`` bytes; MQTTError if there are too many."""
        if n > LARGEST:
            raise MQTTError(f"a message of {n} bytes")
        seen, self._seen = self._seen[:n], self._seen[n:]
        return seen + await self._reader.read(n - len(seen)) if len(seen) < n else seen

    def feed_eof(self) -> None:
        """End the stream."""
        self._reader.feed_eof()


class GuardedBroker(Broker):
    """The broker, with limits on who may connect to it."""

    def __init__(self, config: BrokerConfig, origins: Collection[str]) -> None:
        super().__init__(config)
        self._origins = origins
        self._inside = 0
        self._waiting: dict[WriterAdapter, None] = {}  # not introduced yet, oldest first

    async def _create_server_instance(
        self,
        listener_name: str,
        listener_type: ListenerType,
        address: str | None,
        port: int,
        ssl_context: ssl.SSLContext | None,
    ) -> Any:
        if listener_type != ListenerType.WS:
            return await super()._create_server_instance(
                listener_name, listener_type, address, port, ssl_context
            )
        return await serve(
            partial(self.ws_connected, listener_name=listener_name),
            address,
            port,
            subprotocols=[websockets.Subprotocol("mqtt")],
            process_request=self._check_origin,
            max_size=LARGEST,
            open_timeout=INTRODUCED_WITHIN_S,
        )

    def _check_origin(self, connection: ServerConnection, request: Request) -> Response | None:
        origin = request.headers.get("Origin")
        if origin is None or origin in self._origins:
            return None
        host = hostname(request.headers.get("Host", ""))
        if hostname(urlsplit(origin).netloc) == host and is_ours(host, ()):
            return None
        text = "this page may not connect; add its origin to origins in [sinks.broker]\n"
        return connection.respond(HTTPStatus.FORBIDDEN, text)

    async def _client_connected(
        self, listener_name: str, reader: ReaderAdapter, writer: WriterAdapter
    ) -> None:
        if self._inside + len(self._waiting) >= MOST_CONNECTIONS:
            if not self._waiting:
                await writer.close()
                return
            await self._oldest().close()
        self._waiting[writer] = None
        try:
            await super()._client_connected(listener_name, Bounded(reader), writer)
        finally:
            self._waiting.pop(writer, None)

    def _oldest(self) -> WriterAdapter:
        oldest = next(iter(self._waiting))
        del self._waiting[oldest]
        return oldest

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        try:
            async with asyncio.timeout(INTRODUCED_WITHIN_S):
                await _decline_5(reader, writer)
                return await super()._initialize_client_session(
                    reader, writer, remote_address, remote_port
                )
        except (TimeoutError, AMQTTError, MQTTError) as error:
            await writer.close()
            raise AMQTTError(str(error) or "no introduction in time") from None

    async def _handle_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, *others: Any, **named: Any
    ) -> None:
        self._waiting.pop(writer, None)
        self._inside += 1
        try:
            await super()._handle_client_session(reader, writer, *others, **named)
        finally:
            self._inside -= 1

    async def retain_message(
        self, source_session: Session | None, topic_name: str, *more: Any, **named: Any
    ) -> None:
        """Retain a message, unless too many topics are retained already."""
        retained = self.retained_messages
        if topic_name in retained or len(retained) < MOST_RETAINED:
            await super().retain_message(source_session, topic_name, *more, **named)

    async def _handle_message_delivery(
        self,
        client_session: Session,
        handler: BrokerProtocolHandler,
        wait_deliver: asyncio.Future[Any],
    ) -> bool:
        message = wait_deliver.result()
        packet = message.publish_packet if message is not None else None
        if message and packet and packet.retain_flag and message.topic.endswith("/command"):
            return True
        return await super()._handle_message_delivery(client_session, handler, wait_deliver)


async def _decline_5(reader: ReaderAdapter, writer: WriterAdapter) -> None:
    """Refuse a client of MQTT 5, whose CONNECT would look incomplete to amqtt."""
    if isinstance(reader, Bounded) and b"MQTT\5" in await reader.peek(LEAST_CONNECT):
        writer.write(SPEAKS_3)
        await writer.drain()
        raise MQTTError("a client of MQTT 5")
