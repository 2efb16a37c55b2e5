"""Set-up on a phone: the page's requests, answered only to whoever heard the digits.

Everything that is asked needs the key that ``door.py`` gives, except to have digits spoken and to
give them. Trials run in a thread, one at a time. Nothing is written before the last step.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import sys
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from cued import config
from cued.actuators import haptic, speech
from cued.coach.voice import phrases
from cued.commands._setup import writing
from cued.commands._setup.asking import Trials
from cued.commands._setup.door import Door
from cued.commands._setup.place import Place
from cued.commands._setup.steps import Conversation
from cued.model import ConfigError, CuedError
from cued.sinks._pages import Pages, Reply

log = logging.getLogger(__name__)

FILES = Path(str(resources.files("cued") / "dashboard"))
DENIED = Reply(403, {"why": "key"})
CHECK_S = 1.0


class SetUp:
    """The set-up of one machine, from the digits to the written file."""

    def __init__(self, place: Place, trials: Trials) -> None:
        self._place, self._trials = place, trials
        self._conversation = Conversation(writing.read(place.path))
        self._busy = asyncio.Lock()
        self._written = asyncio.Event()
        self._now = asyncio.get_running_loop().time
        self._door = Door(self._now(), secrets.randbelow, partial(secrets.token_urlsafe, 32))
        self._actions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "show": self._show, "answer": self._answer, "back": self._back,
            "listen": self._listen, "say": self._say, "buzz": self._buzz, "write": self._write,
        }  # fmt: skip

    async def run(self, opened: Callable[[int], None]) -> bool:
        """Serve until it is written (True) or the time is over."""
        bodies = {"config.json": self._about}
        pages = Pages(FILES, bodies, (), lambda _: "", first="setup.html", asked=self.ask)
        try:
            await pages.open(self._place.host, self._place.port)
        except OSError as error:
            raise CuedError(f"set-up cannot listen on port {self._place.port}: {error}") from None
        opened(pages.port)
        try:
            while self._door.is_open(self._now()) and not self._written.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_S):
                        await self._written.wait()
            await asyncio.sleep(CHECK_S)  # the last answer is still on its way
        finally:
            await pages.close()
        return self._written.is_set()

    async def ask(self, name: str, body: dict[str, Any], key: str) -> Reply:
        """Answer a request of the page."""
        if name == "speak":
            return await self._speak()
        if name == "enter":
            return self._enter(str(body.get("digits", "")))
        if not self._door.admits(key, self._now()):
            return DENIED
        if name not in self._actions or self._written.is_set():
            return Reply(404, {})
        try:
            return Reply(200, await self._actions[name](body))
        except CuedError as error:
            return Reply(409, {"why": str(error)})

    async def _speak(self) -> Reply:
        now = self._now()
        digits = self._door.digits(now)
        if not digits:
            closed = not self._door.is_open(now)
            return Reply(429, {"why": "closed" if closed else "wait", "s": self._door.wait_s(now)})
        why = await self._spoken(", ".join(digits), {})
        if why and sys.stderr.isatty():
            print(f"nothing can be heard ({why}); the digits are {digits}", file=sys.stderr)
        return Reply(200, {"heard": not why})

    def _enter(self, digits: str) -> Reply:
        key, left = self._door.enter(digits, self._now())
        return Reply(200, {"key": key}) if key else Reply(403, {"why": "digits", "left": left})

    async def _show(self, body: dict[str, Any]) -> dict[str, Any]:
        del body
        view = self._conversation.view()
        return msgspec.to_builtins(view)

    async def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("step") == self._conversation.step:  # sent twice, it is answered once
            self._conversation.answer(_values(body))
        return await self._show(body)

    async def _back(self, body: dict[str, Any]) -> dict[str, Any]:
        self._conversation.back()
        return await self._show(body)

    async def _listen(self, body: dict[str, Any]) -> dict[str, Any]:
        del body
        async with self._busy:
            found = await asyncio.to_thread(self._trials.scan)
        keys = ("name", "address", "devices")
        return {"found": [dict(zip(keys, one, strict=True)) for one in found]}

    async def _say(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"why": await self._spoken("", _values(body))}

    async def _spoken(self, text: str, values: dict[str, Any]) -> str:
        tables = self._conversation.tried(values)
        options = config.convert(tables).parts.get("actuators", {}).get("speech")
        options = options if isinstance(options, speech.Config) else speech.Config()
        language = str(tables.get("station", {}).get("language", "en"))
        sample = text or phrases.load(language).say("overlong_stride")
        async with self._busy:
            return await asyncio.to_thread(self._trials.say, sample, options, language)

    async def _buzz(self, body: dict[str, Any]) -> dict[str, Any]:
        tables = self._conversation.tried(_values(body))
        options = config.convert(tables).parts.get("actuators", {}).get("haptic")
        options = options if isinstance(options, haptic.Config) else haptic.Config()
        side = "left" if body.get("side") == "left" else "right"
        async with self._busy:
            return {"why": await asyncio.to_thread(self._trials.buzz, side, options)}

    async def _write(self, body: dict[str, Any]) -> dict[str, Any]:
        del body
        password = self._conversation.answers.mqtt_password
        content = writing.text(self._conversation.tables)
        try:
            kept = writing.write(self._place.path, content)
            if password:
                writing.keep_password(password, self._place.path.stem)
        except OSError as error:
            raise CuedError(f"{error.filename}: {error.strerror}") from None
        log.info("set-up wrote %s", self._place.path)
        self._written.set()
        return {"kept": kept is not None, "runs": bool(self._conversation.tables.get("sources"))}

    def _about(self) -> bytes:
        language = self._conversation.tables.get("station", {}).get("language", "en")
        return json.dumps({"language": language}).encode()


def _values(body: dict[str, Any]) -> dict[str, Any]:
    values = body.get("values", {})
    if not isinstance(values, dict):
        raise ConfigError("the answers are no table")
    return values  # pyright: ignore[reportUnknownVariableType] - checked by the conversation
