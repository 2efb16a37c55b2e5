"""Event lines: each event as one line of JSON, to a file or to standard output."""

from __future__ import annotations

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import IO, Annotated

import msgspec
from msgspec import Meta, Struct

from cued.config import Site
from cued.model import AnyEvent, CuedError
from cued.parts import Exit, Part
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file to write."""

    file: Annotated[
        str, Meta(min_length=1, description="File to overwrite, or - for standard output.")
    ]


class EventLines(Sink):
    """Writes a line for every event."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        self._path = config.file
        self._file: IO[bytes] | None = None
        self._encode = msgspec.json.Encoder().encode

    async def __aenter__(self) -> EventLines:
        """Open the file if it is not open; a failure costs the lines, not the coaching."""
        if self._file is None:
            try:
                self.open()
            except CuedError as error:
                log.warning("%s", error)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        self.close()

    def open(self) -> None:
        """Open the file; raises CuedError when it cannot be written."""
        if self._path == "-":
            self._file = sys.stdout.buffer
            return
        try:
            self._file = open(self._path, "wb")  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise CuedError(f"{self._path}: cannot be written: {error.strerror}") from None

    def close(self) -> None:
        """Flush, and close a file that was opened here."""
        file, self._file = self._file, None
        if file is None:
            return
        with self._giving_up():
            file.flush() if file is sys.stdout.buffer else file.close()

    def take(self, event: AnyEvent) -> None:
        """Write the event's line. A full disk is reported once, and ends the lines only."""
        if self._file is not None:
            with self._giving_up():
                self._file.write(self._encode(event) + b"\n")

    @contextmanager
    def _giving_up(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            if self._path == "-":
                raise  # the reader of the pipe has gone
            log.warning("%s: lines are missing: %s", self._path, error.strerror)
            if self._file is not None:
                with suppress(OSError):
                    self._file.close()
            self._file = None


PART: Part[Config, Sink] = Part(Config, EventLines)
