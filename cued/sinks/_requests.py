"""Validation of commands from outside: typed, bounded, rate-limited, and allowed by configuration.

A request is JSON such as ``{"command": "pause"}``, ``{"command": "set_speed", "value": 0.8}``, with
an ``id`` of the sender's choice that comes back in the answer. Everything else is refused with a
reason and changes nothing. The coach may still refuse a request that passes here.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cued.coach.commands import NAMES
from cued.reading import from_json, meant

BELT = ("set_incline", "set_speed")
DEFAULT = tuple(name for name in NAMES if name not in BELT)
LARGEST = 1024  # bytes; the longest sensible request is a mark of 80 characters
PER_S, BURST = 5.0, 10.0  # chosen


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """A command from a client."""

    command: Annotated[str, Meta(max_length=40)]
    value: float | Annotated[str, Meta(max_length=80)] | None = None
    id: Annotated[str, Meta(max_length=64)] = ""


class RequestRefused(Exception):
    """A refused request: the text says why, ``request`` holds its readable part."""

    def __init__(self, why: str, request: Request | None = None) -> None:
        super().__init__(why)
        self.request = request or Request(command="")


class Gate:
    """Accepts commands that are well-formed, allowed and not too frequent."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = allowed
        self._tokens = BURST
        self._at: float | None = None
        self._answered_at = float("-inf")
        self.refused = 0

    def check(self, payload: bytes, now: float) -> Request:
        """Return the request. Raises RequestRefused."""
        try:
            self._count(now)
            return self._read(payload)
        except RequestRefused:
            self.refused += 1
            raise

    def may_answer(self, now: float) -> bool:
        """Return whether to answer a refused request: in a flood, once a second."""
        if self._tokens < 1 and now - self._answered_at < 1:
            return False
        self._answered_at = now
        return True

    def _count(self, now: float) -> None:
        passed = now - self._at if self._at is not None else 0.0
        self._at = now
        self._tokens = min(BURST, self._tokens + passed * PER_S)
        if self._tokens < 1:
            raise RequestRefused(f"too many commands: at most {PER_S:g} a second are accepted")
        self._tokens -= 1

    def _read(self, payload: bytes) -> Request:
        if len(payload) > LARGEST:
            raise RequestRefused(f"larger than {LARGEST} bytes")
        try:
            request = from_json(payload, Request)
        except msgspec.MsgspecError as error:
            raise RequestRefused(f"not a command: {error}") from None
        if request.command not in NAMES:
            raise RequestRefused(f"unknown command{meant(request.command, list(NAMES))}", request)
        if request.command not in self._allowed:
            raise RequestRefused(f"{request.command} is not allowed over MQTT here", request)
        if isinstance(request.value, float) and not math.isfinite(request.value):
            raise RequestRefused("the value is not a number", request)
        if isinstance(request.value, str) and not request.value.isprintable():
            raise RequestRefused("the value has characters that cannot be printed", request)
        return request
