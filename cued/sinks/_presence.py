"""Keeps the station's ``availability`` right, and notices a second daemon of the same name.

The client's name cannot be guessed: a broker cuts off whoever has a name that somebody else comes
with. So two stations of one name do not cut each other off; that is noticed on our own
``availability``, which is put right, and told once.
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
        self._due = 0  # ``online`` of ours that has not come back yet
        self._told = False

    def begin(self) -> None:
        """Start again on a new connection."""
        self._due = 0

    async def greet(self, client: Client) -> None:
        """Say that we are there."""
        self._due += 1
        await client.publish(self.topic, ONLINE, 1, retain=True)

    async def leave(self, client: Client) -> None:
        """Say that we go."""
        await client.publish(self.topic, OFFLINE, 1, retain=True)

    async def heard(self, client: Client, payload: object) -> None:
        """Notice that another says how we are: an earlier connection's will, or a namesake."""
        if payload == ONLINE:
            self._due -= 1
        if payload == ONLINE and self._due >= 0:
            return
        if not self._told:
            log.warning(
                "%s is said by another, too: is a station of that name running?", self._root
            )
        self._told, self._due = True, max(self._due, 0)
        if payload != ONLINE:
            await self.greet(client)
