"""Access control for set-up: admits a person beside the machine who hears four spoken digits.

Rules
-----
* The door is open for ``OPEN_S``; every correct use extends that by as long again.
* Digits are made when first requested, spoken, and valid once. A repeated request speaks the same
  digits again, so a stranger's request spoils nobody's. After ``TRIES`` wrong guesses they are
  void; new ones can be requested after a pause, which doubles each time. So a stranger can guess 3
  of 10,000 in a round, and six rounds in the quarter of an hour.
* A shy door, on the page of a coach that runs for months, never shuts: there the pause also doubles
  each time spoken digits are not entered, up to an hour, and only the correct digits reset it. So a
  stranger has some 50 guesses of 10,000 in a year, and is heard before every third one.
* Entering the digits gives a key and voids the previous key: one phone at a time.
* Pure: the time (s) is passed in; random numbers come from ``random_below``.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Callable
from functools import partial

OPEN_S = 15 * 60.0  # chosen: to find the address, hear the digits and type them
TRIES = 3  # see above
PAUSE_S = 10.0  # as long as speaking the digits takes
GUESS_S = 1.0  # between two guesses
SHY_S = 3600.0  # see above


class Door:
    """Admits one phone."""

    def __init__(
        self,
        now: float,
        random_below: Callable[[int], int],
        new_key: Callable[[], str],
        *,
        shy: bool = False,
    ) -> None:
        self._until = math.inf if shy else now + OPEN_S
        self._shy = shy
        self._random_below, self._new_key = random_below, new_key
        self._digits = ""
        self._key = ""
        self._left = 0
        self._pause_s = PAUSE_S
        self._speak_from = now
        self._guess_from = now

    @classmethod
    def new(cls, now: float, *, shy: bool = False) -> Door:
        """Return a door that is open from now on, with the system's random numbers."""
        return cls(now, secrets.randbelow, partial(secrets.token_urlsafe, 32), shy=shy)

    def is_open(self, now: float) -> bool:
        """Return whether the door is still open."""
        return now < self._until

    def digits(self, now: float) -> str:
        """Return digits to speak; nothing if it is too early or the door is shut."""
        if not self.is_open(now) or now < self._speak_from:
            return ""
        self._speak_from = now + self._pause_s
        if self._shy and self._pause_s < SHY_S:
            self._pause_s *= 2
        if not self._digits:
            self._digits, self._left = f"{self._random_below(10_000):04d}", TRIES
        return self._digits

    def wait_s(self, now: float) -> float:
        """Return how long until digits may be requested again."""
        return max(0.0, self._speak_from - now)

    def enter(self, digits: str, now: float) -> tuple[str, int]:
        """Return a key for the right digits, else nothing and the number of tries left."""
        if not self.is_open(now) or not self._digits or now < self._guess_from:
            return "", self._left if self._digits else 0
        self._guess_from = now + GUESS_S
        if not _same(digits, self._digits):
            return "", self._wrong(now)
        self._digits, self._key, self._pause_s = "", self._new_key(), PAUSE_S
        self._speak_from = min(self._speak_from, now + PAUSE_S)
        self._until, self._shy = now + OPEN_S, False
        return self._key, 0

    def admits(self, key: str, now: float) -> bool:
        """Return whether this is the key; if so, keep the door open."""
        right = bool(self._key) and _same(key, self._key)
        if right and self.is_open(now):
            self._until = now + OPEN_S
            return True
        return False

    def _wrong(self, now: float) -> int:
        self._left -= 1
        if self._left == 0:
            self._digits = ""
            self._pause_s *= 2
            self._speak_from = now + self._pause_s
        return self._left


def _same(given: str, own: str) -> bool:
    """Compare in constant time; the given text may not be encodable."""
    return hmac.compare_digest(given.encode(errors="replace"), own.encode())
