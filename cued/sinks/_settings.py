"""Opening of set-up from the live page, by four digits spoken at the machine.

Rules
-----
* During a session nothing is spoken and nothing is opened, so that the runner is not disturbed.
* The digits go to the loudspeaker only: not to sinks, so neither to MQTT nor into a recording.
* A stranger on the network can only have digits spoken between sessions, at growing intervals
  (``_door.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cued.sinks._door import Door
from cued.sinks._pages import PageReply

Speak = Callable[[str], bool]
Open = Callable[[Door], bool]


class Settings:
    """Answers the live page's requests to open set-up.

    speak : says digits aloud, or returns False during a session.
    open_ : ends the coach and opens set-up with this door, or returns False during a session.
    """

    def __init__(self, door: Door, speak: Speak, open_: Open, now: Callable[[], float]) -> None:
        self._door, self._speak, self._open, self._now = door, speak, open_, now

    async def ask(self, name: str, body: dict[str, Any], key: str) -> PageReply:
        """Answer a request of the page."""
        if name == "speak":
            return self._spoken()
        if name == "enter":
            return self._enter(str(body.get("digits", "")))
        return PageReply(403, {"why": "key"})

    def _spoken(self) -> PageReply:
        now = self._now()
        digits = self._door.digits(now)
        if not digits:
            return PageReply(429, {"why": "wait", "s": self._door.wait_s(now)})
        if not self._speak(digits):
            return PageReply(409, {"why": "session"})
        return PageReply(200, {"heard": True})

    def _enter(self, digits: str) -> PageReply:
        key, left = self._door.enter(digits, self._now())
        if not key:
            return PageReply(403, {"why": "digits", "left": left})
        if not self._open(self._door):
            return PageReply(409, {"why": "session"})
        return PageReply(200, {"key": key})
