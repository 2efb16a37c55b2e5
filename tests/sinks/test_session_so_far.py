"""The session up to now, for a page that is opened late."""

from __future__ import annotations

import json

import pytest

from cued.model import BeltState, Cue, Notice, Phase
from cued.sinks import _session_so_far
from cued.sinks._session_so_far import SoFar
from tests.sinks.serving import serving, walked


async def test_history_holds_the_events_taken() -> None:
    async with serving() as (live, session):
        live.take(BeltState(t=0.0, speed_m_s=1.0, source="console"))
        for event in walked(40):
            live.take(event)
        live.take(Cue(t=40.0, key="tall", text="Tall", pattern="none", priority=2, verdict="given"))
        live.take(Notice(t=41.0, level="info", code="mark", text="here"))
        kept = await (await session.get("/history.json")).json()
    assert kept["t"] == [float(n) for n in range(1, 40)]
    assert kept["columns"]["cadence"][-1] == 139.0
    assert kept["columns"]["length"] == [None] * 39
    assert [m["kind"] for m in kept["marks"]] == ["phase", "cue"]
    assert [e["type"] for e in kept["events"]] == ["phase", "cue", "notice"]
    assert kept["began"] == 0.0


def test_a_day_of_walking_stays_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_session_so_far, "ROWS", 400)
    so_far = SoFar()
    for event in walked(3000):
        so_far.take(event)
    t = json.loads(so_far.encoded())["t"]
    assert len(t) <= 400
    assert t == sorted(t)
    assert t[-1] == 2999.0
    assert t[0] == 1.0


def test_a_new_session_starts_a_new_history() -> None:
    so_far = SoFar()
    for event in walked(30):
        so_far.take(event)
    so_far.take(Phase(t=50.0, name="idle", from_="settle", why="stop"))
    assert len(json.loads(so_far.encoded())["t"]) == 29
    so_far.take(Phase(t=60.0, name="check_in", from_="idle", why="begin"))
    kept = json.loads(so_far.encoded())
    assert kept["t"] == []
    assert kept["began"] == 60.0
