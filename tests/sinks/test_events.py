"""Event lines: one line of JSON for each event, to a file or to standard output."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import pytest

from cued.config import Site
from cued.model import CuedError, Fall, Stumble
from cued.sinks.events import Config, EventLines


def lines_to(file):
    return EventLines(Config(file=str(file)), Site(), lambda _: None)


async def test_each_event_is_one_line_and_an_old_file_is_overwritten(tmp_path):
    path = tmp_path / "events"
    path.write_text("of yesterday\n" * 9)
    async with lines_to(path) as lines:
        lines.take(Stumble(t=1.5, score=2.0))
        lines.take(Fall(t=3.0, stage="possible"))
    first, second = map(json.loads, path.read_text().splitlines())
    assert (first["type"], first["t"], first["score"]) == ("stumble", 1.5, 2.0)
    assert (second["type"], second["stage"]) == ("fall", "possible")


async def test_a_dash_is_standard_output_which_stays_open(monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    async with lines_to("-") as lines:
        lines.take(Stumble(t=1.0, score=2.0))
    assert json.loads(out.getvalue())["type"] == "stumble"


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "none" / "events"
    with pytest.raises(CuedError, match=f"{path}: cannot be written: No such file"):
        lines_to(path).open()


def test_a_reader_that_has_left_the_pipe_ends_the_program(monkeypatch):
    class Left:
        def write(self, line):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=Left()))
    lines = lines_to("-")
    lines.open()
    with pytest.raises(BrokenPipeError):
        lines.take(Stumble(t=1.0, score=2.0))
