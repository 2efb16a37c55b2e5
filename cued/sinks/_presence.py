"""The station's ``availability``, and detection of a second daemon with the same name.

The MQTT client's name is random, because a broker disconnects a client when another one with its
name connects. So two stations of the same name do not disconnect each other; instead a foreign
message on our ``availability`` shows it, is corrected, and is reported once.
"""

from __future__ import annotations

import logging

from cued.sinks._mqtt_client import Client, Will

log = logging.getLogger(__name__)

ONLINE, OFFLINE = b"online", b"offline"


class Presence:
    """Publishes that the station is online, and notices when another client contradicts."""

    def __init__(self, root: str) -> None:
        self.topic = f"{root}/availability"
        self.will = Will(self.topic, OFFLINE, 1, retain=True)
        self._root = root
        self._due = 0  # our own ``online`` messages that have not come back yet
        self._warned = False

    def begin(self) -> None:
        """Start over on a new connection."""
        self._due = 0

    async def greet(self, client: Client) -> None:
        """Publish that the station is online."""
        self._due += 1
        await client.publish(self.topic, ONLINE, 1, retain=True)

    async def leave(self, client: Client) -> None:
        """Publish that the station goes offline."""
        await client.publish(self.topic, OFFLINE, 1, retain=True)

    async def heard(self, client: Client, payload: object) -> None:
        """Correct a message that is not ours: an earlier connection's will, or a namesake's."""
        if payload == ONLINE:
            self._due -= 1
        if payload == ONLINE and self._due >= 0:
            return
        if not self._warned:
            log.warning(
                "%s is used by another daemon too: does a second station have this name?",
                self._root,
            )
        self._warned, self._due = True, max(self._due, 0)
        if payload != ONLINE:
            await self.greet(client)
