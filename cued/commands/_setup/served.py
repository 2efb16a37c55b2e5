"""Set-up on a phone: the page's requests, answered only for somebody who heard the digits.

Every request needs the key that ``sinks/_door.py`` gives, except those that have the digits spoken
and submit them. Trials run in a thread, one at a time. Nothing is written before the last step.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from cued.commands._setup import writing
from cued.commands._setup.place import PAGE, Place, ask_to_join, own_network
from cued.commands._setup.steps import LAST, STEPS, Conversation
from cued.commands._setup.topics import voice
from cued.commands._setup.topics.topic import Trials, unit_of
from cued.model import ConfigError, CuedError
from cued.sinks._door import Door
from cued.sinks._pages import PageReply, Pages
from cued.words import languages

log = logging.getLogger(__name__)

FILES = Path(str(resources.files("cued") / "dashboard"))
DENIED = PageReply(403, {"why": "key"})  # Forbidden (RFC 9110)
CHECK_S = 1.0  # chosen: time for the last reply, which takes a hundredth of that


class SetUp:
    """The set-up of one machine, from the digits to the written file.

    door : decides who is let in; one that the live page has already opened, or None for a new one.
    alive : called every second, for the watchdog.
    """

    def __init__(
        self,
        place: Place,
        trials: Trials,
        door: Door | None = None,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._place, self._trials, self._alive = place, trials, alive
        raw = writing.read(place.path)
        self._conversation = Conversation(raw, LAST if raw.get("sensors") else STEPS[0])
        self._busy = asyncio.Lock()
        self._over = asyncio.Event()
        self._written = False
        self.reached = False  # a phone has loaded the page
        self._now = asyncio.get_running_loop().time
        self._door = door or Door.new(self._now())
        self._actions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "show": self._show, "answer": self._answer, "back": self._back, "go": self._go,
            "try": self._try, "write": self._write, "leave": self._leave,
        }  # fmt: skip

    async def run(self, opened: Callable[[int], None]) -> bool:
        """Serve until the file is written (returns True), set-up is left, or time is up."""
        bodies = {"config.json": self._about}
        names = self._place.names
        pages = Pages(
            FILES,
            bodies,
            names,
            lambda _: "",
            first="setup.html",
            asked=self.ask,
            leads=self._leads,
        )
        try:
            await pages.open(self._place.host, self._place.port)
        except OSError as error:
            raise CuedError(f"set-up cannot listen on port {self._place.port}: {error}") from None
        opened(pages.port)
        try:
            while self._door.is_open(self._now()) and not self._over.is_set():
                self._alive()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_S):
                        await self._over.wait()
            await asyncio.sleep(CHECK_S)  # the last reply is still being sent
        finally:
            await pages.close()
        return self._written

    async def ask(self, name: str, body: dict[str, Any], key: str) -> PageReply:
        """Answer a request of the page."""
        self.reached = True
        if name == "speak":
            return await self._speak()
        if name == "enter":
            return self._enter(str(body.get("digits", "")))
        if not self._door.admits(key, self._now()):
            return DENIED
        if name not in self._actions or self._over.is_set():
            return PageReply(404, {})
        try:
            return PageReply(200, await self._actions[name](body))
        except CuedError as error:
            return PageReply(409, {"why": str(error)})

    async def say(self, text: str) -> str:
        """Speak once no other trial is running; return why it failed, or ""."""
        async with self._busy:
            tables = self._conversation.tables
            return await asyncio.to_thread(voice.spoken, self._trials, tables, text)

    async def _speak(self) -> PageReply:
        now = self._now()
        digits = self._door.digits(now)
        if not digits:
            closed = not self._door.is_open(now)
            return PageReply(
                429, {"why": "closed" if closed else "wait", "s": self._door.wait_s(now)}
            )
        why = await self.say(", ".join(digits))
        if why and sys.stderr.isatty():
            print(f"the voice does not work ({why}); the digits are {digits}", file=sys.stderr)
        return PageReply(200, {"heard": not why})

    def _enter(self, digits: str) -> PageReply:
        key, left = self._door.enter(digits, self._now())
        self._conversation.wifi |= bool(own_network(self._place.network))
        return (
            PageReply(200, {"key": key}) if key else PageReply(403, {"why": "digits", "left": left})
        )

    async def _show(self, body: dict[str, Any]) -> dict[str, Any]:
        return msgspec.to_builtins(self._conversation.view())

    async def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("step") == self._conversation.step:  # ignore an answer sent twice
            self._conversation.answer(_table(body, "values"))
        return await self._show(body)

    async def _back(self, body: dict[str, Any]) -> dict[str, Any]:
        self._conversation.back()
        return await self._show(body)

    async def _go(self, body: dict[str, Any]) -> dict[str, Any]:
        self._conversation.go(str(body.get("to", "")))
        return await self._show(body)

    async def _try(self, body: dict[str, Any]) -> dict[str, Any]:
        name, values = str(body.get("name", "")), _table(body, "values")
        how = _table(body, "how")
        async with self._busy:
            tries = self._conversation.tries
            found = await asyncio.to_thread(tries, name, self._trials, values, how)
        return {"found": msgspec.to_builtins(found)}

    async def _write(self, body: dict[str, Any]) -> dict[str, Any]:
        async with self._busy:
            answers = self._conversation.answers
            if answers.wifi:
                ask_to_join(self._place.wanted, answers.wifi, answers.wifi_password or "")
            answers = replace(answers, wifi=None, wifi_password=None)
            kept = await asyncio.to_thread(writing.applied, self._place.path, answers)
        log.info("set-up wrote %s", self._place.path)
        self._written = True
        self._over.set()
        return {"kept": kept, "runs": bool(self._conversation.tables.get("sources"))}

    async def _leave(self, body: dict[str, Any]) -> dict[str, Any]:
        """End set-up without writing; the coach keeps the configuration it had."""
        self._over.set()
        return {}

    def _leads(self) -> str:
        """Return where to redirect a phone's test for internet access: it then opens the page."""
        return PAGE if own_network(self._place.network) else ""

    def _about(self) -> bytes:
        tables = self._conversation.tables
        language = tables.get("station", {}).get("language", "en")
        about = {"language": language, "languages": languages(), "speed_unit": unit_of(tables)}
        return json.dumps(about).encode()


def _table(body: dict[str, Any], name: str) -> dict[str, Any]:
    values = body.get(name, {})
    if not isinstance(values, dict):
        raise ConfigError("the answers are not a table")
    return values  # pyright: ignore[reportUnknownVariableType] - checked by the conversation
