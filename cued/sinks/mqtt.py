"""Publishing of events, state and measurements by MQTT, and receiving of commands (docs/mqtt.md).

Rules
-----
* Coaching does not depend on a broker. ``take`` only adds to bounded memory (``_topics.py``); all
  waiting happens in ``run``.
* Every attempt uses a new client, because aiomqtt's cannot be used again after a failure
  (aiomqtt#334). Attempts are spaced by jittered exponential back-off, which is reset once a
  connection has lasted ``STABLE_S``. Each reason is logged as a warning once.
* A second daemon with this station's name is detected (``_presence.py``).
* The last will says ``offline``; so does an orderly end. After every connection follow ``online``,
  the description for Home Assistant, the state, and the waiting messages.
* Session summaries stay on disk until the broker has acknowledged them (``_outbox.py``).
* Password and certificate are read when the sink is made, so that a new configuration with a bad
  one is refused while the old one still runs.
* Commands are subscribed with QoS 0: the sender gets an answer or asks again. With QoS 1 RabbitMQ
  3.10 makes a queue that is lost with its node and then keeps us off every other (docs/fleet.md).
* A command is accepted only if it is new (not retained), well-formed, allowed and not too frequent
  (``_requests.py``); every answer goes to ``command/result``.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import msgspec

from cued.config import Site
from cued.model import AnyEvent, Command, Input, Summary
from cued.parts import Exit, Part
from cued.runtime.supervise import back_off
from cued.sinks import _discovery
from cued.sinks._mqtt_client import (
    V5,
    V311,
    Client,
    MqttError,
    Refused,
    answers_no_5,
    make_client,
    proof,
    reason,
)
from cued.sinks._mqtt_config import Config
from cued.sinks._outbox import FOLDER, Outbox
from cued.sinks._presence import Presence
from cued.sinks._requests import Gate, RequestRefused
from cued.sinks._topics import Message, Topics, answer
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)

LONGEST_S = 60.0  # between two tries; chosen
STABLE_S = 10.0  # chosen: a client with our name would end the connection sooner
QUEUE = 500  # messages kept while the broker is away; chosen
FLUSH_S = 2.0  # for the last messages when the daemon ends


class Mqtt(Sink):
    """Publishes, and listens for commands, for as long as it runs."""

    def __init__(
        self,
        config: Config,
        site: Site,
        ask: Ask,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._config = config
        self._ask = ask
        self._clock, self._wall, self._sleep, self._chance = clock, wall, sleep, chance
        self.root = f"cued/{site.station}"
        self._own = f"cued-{site.station}-{secrets.token_hex(6)}"
        self._version, self._proven = V5, False
        self._presence = Presence(self.root)
        self._topics = Topics(
            _discovery.units(site), config.commands, QUEUE,
            runner=site.runner, profile=site.profile,
        )  # fmt: skip
        self._gate = Gate(config.commands)
        self._outbox = Outbox(Path(site.state) / FOLDER)
        self._summaries: deque[bytes] = deque()
        self._undelivered = True
        self._described = _discovery.describe(site, self.root, config.commands, config.page)
        self._discovery = _discovery.topic(config.discovery_prefix, site.station)
        self._birth = f"{config.discovery_prefix}/status"
        self._wake = asyncio.Event()
        self._planned = float("inf")  # when the sender wakes without being nudged
        self._client: Client | None = None
        self._proof = proof(config)
        self._refused: set[str] = set()  # what the broker refused, as told

    @property
    def dropped(self) -> int:
        """How many messages were dropped."""
        return self._topics.dropped + self._outbox.dropped

    @property
    def connected(self) -> bool:
        """A broker is there."""
        return self._client is not None

    @property
    def undelivered(self) -> int:
        """How many session summaries are not acknowledged yet."""
        return len(self._summaries) + len(self._outbox.waiting())

    async def __aexit__(self, *exit_: Exit) -> None:
        """Send waiting messages and ``offline``, and keep the unsent summaries."""
        self._store()
        client = self._client
        if client is None:
            self._topics.give_up()
            return
        with suppress(MqttError, TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await self._publish_due(client)
                await self._presence.leave(client)
        await self._close(client)

    def watch(self, item: Input) -> None:
        """Process an input."""
        if self._topics.watch(item):
            self._nudge()

    def take(self, event: AnyEvent) -> None:
        """Note an event."""
        if isinstance(event, Summary):
            body = msgspec.to_builtins(event) | {"time": self._wall()}
            self._summaries.append(msgspec.json.encode(body))
            self._wake.set()
            return
        self._topics.take(event, self._wall())
        self._nudge()

    async def run(self) -> None:
        """Connect, again and again, until cancelled."""
        failures = 0
        warned: set[str] = set()
        lost: MqttError | None = None
        while True:
            since, was_up = self._clock(), False
            try:
                await self._connect()
                if failures:
                    log.info("the broker is back; %d messages were dropped", self.dropped)
                since, was_up = self._clock(), True
                await self._serve()
            except MqttError as error:
                lost = error
            brief = was_up and self._clock() - since < STABLE_S
            if was_up and not brief:
                failures = 0
                warned.clear()
            failures += 1
            await self._disconnected()
            wait = back_off(failures, self._chance(), LONGEST_S)
            why = reason(lost)
            why += f"; is {self.root} another station's too?" if brief else ""
            level = logging.DEBUG if why in warned else logging.WARNING
            warned.add(why)
            log.log(level, "MQTT broker %s: %s; again in %.1f s", self._config.host, why, wait)
            await self._sleep(wait)

    async def _connect(self) -> None:
        """Connect with MQTT 5, or with 3.1.1 if the broker speaks only that."""
        try:
            await self._enter()
        except MqttError as error:
            if self._proven or not answers_no_5(error):
                raise
            self._version = V311 if self._version is V5 else V5
            await self._enter()
        self._proven = True

    async def _enter(self) -> None:
        will = self._presence.will
        client = make_client(self._config, self._own, self._proof, will, self._version)
        try:
            await client.__aenter__()
        except BaseException:
            await self._close(client)  # otherwise an unanswered socket stays open
            raise
        self._client = client
        self._presence.begin()

    async def _serve(self) -> None:
        """Introduce ourselves; then publish and listen until the link is lost."""
        client = self._client
        assert client is not None
        command = f"{self.root}/command"
        await self._allowed(command, client.listen(command))
        others = (self._birth, self._discovery) if self._config.discovery else ()
        for topic in (self._presence.topic, *others):
            await self._allowed(topic, client.subscribe(topic))
        await self._introduce(client)
        tasks = [asyncio.create_task(work(client)) for work in (self._send, self._listen)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _introduce(self, client: Client) -> None:
        await self._allowed(self._presence.topic, self._presence.greet(client))
        if self._config.discovery:
            await self._describe(client, self._described)
        self._topics.again()
        self._wake.set()

    async def _describe(self, client: Client, described: _discovery.Entity) -> None:
        payload = msgspec.json.encode(described)
        publishing = client.publish(self._discovery, payload, 1, retain=True)
        await self._allowed(self._discovery, publishing)

    async def _allowed(self, topic: str, call: Awaitable[object]) -> bool:
        """Await a call that the broker may refuse; return whether it did not."""
        try:
            await call
        except Refused as refused:
            text = f"MQTT broker {self._config.host} refuses this station {topic}: {refused}"
            log.log(logging.DEBUG if text in self._refused else logging.WARNING, text)
            self._refused.add(text)
            return False
        return True

    async def _send(self, client: Client) -> None:
        while True:
            self._wake.clear()
            if self._summaries:
                await self._save()
            await self._publish_due(client)
            wait = self._topics.wait_s(self._clock())
            self._planned = self._clock() + wait
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    async def _publish_due(self, client: Client) -> None:
        while message := self._topics.due(self._clock(), self._wall()):
            try:
                await self._publish(client, message)
            except BaseException:
                self._topics.put_back(message)
                raise
        if self._undelivered:
            await self._deliver(client)

    async def _deliver(self, client: Client) -> None:
        self._undelivered = False  # a summary stored in the meantime or a lost link sets it again
        for path in self._outbox.waiting():
            payload = self._outbox.read(path)
            if payload is not None:
                message = Message("session", payload, qos=1, retain=True)
                if not await self._publish(client, message):
                    return
                self._outbox.delivered(path)

    async def _publish(self, client: Client, message: Message) -> bool:
        topic = f"{self.root}/{message.topic}"
        publishing = client.publish(topic, message.payload, message.qos, message.retain)
        return await self._allowed(topic, publishing)

    async def _listen(self, client: Client) -> None:
        async for message in client.messages:
            topic, payload = str(message.topic), message.payload
            if topic == self._birth:
                if payload == b"online":
                    await self._introduce(client)
            elif topic == self._discovery:
                await self._tidy(client, payload if message.retain else b"")
            elif topic == self._presence.topic:
                if not message.retain:
                    await self._allowed(topic, self._presence.heard(client, payload))
            elif not message.retain:  # a retained command may be long outdated
                self._requested(payload)

    async def _tidy(self, client: Client, before: bytes) -> None:
        """Remove entities announced by an earlier version or another configuration."""
        if before and (removal := _discovery.without(self._described, before)):
            await self._describe(client, removal)
            await self._describe(client, self._described)

    def _requested(self, payload: bytes) -> None:
        now = self._clock()
        try:
            request = self._gate.check(payload, now)
        except RequestRefused as refused:
            if self._gate.may_answer(now):
                request, why = refused.request, str(refused)
                self._topics.put(answer(request.command, False, why, request.id, self._wall()))
                self._wake.set()
            return
        self._ask(Command(now, request.command, request.value, "mqtt", request.id))

    def _nudge(self) -> None:
        """Wake the sender if a message is due before it would wake."""
        if self._client is None:
            return
        now = self._clock()
        if now + self._topics.wait_s(now) < self._planned:
            self._wake.set()

    async def _save(self) -> None:
        """Store in a thread, which wakes the sender even if a lost link ends this wait."""
        loop = asyncio.get_running_loop()

        def save() -> None:
            self._store()
            loop.call_soon_threadsafe(self._wake.set)

        await asyncio.to_thread(save)

    def _store(self) -> None:
        """Put new summaries on disk."""
        with suppress(IndexError):
            while payload := self._summaries.popleft():
                self._outbox.put(payload, self._wall())
                self._undelivered = True

    async def _disconnected(self) -> None:
        client, self._client = self._client, None
        self._planned, self._undelivered = float("inf"), True
        if self._summaries:
            await self._save()
        if client is not None:
            await self._close(client)

    async def _close(self, client: Client) -> None:
        async with AsyncExitStack() as stack:
            stack.enter_context(suppress(MqttError, TimeoutError))
            await stack.enter_async_context(asyncio.timeout(FLUSH_S))
            stack.push_async_exit(client)


PART: Part[Config, Sink] = Part(Config, Mqtt)
