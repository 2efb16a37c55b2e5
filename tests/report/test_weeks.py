"""A runner's weeks: the dose by calendar week, and the ladder."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from cued.model import Summary
from cued.report import weeks
from cued.report.visit import Visit, visit
from cued.words import Words
from tests.report.made import START, Page, digested, events, report, write


def test_the_dose_is_by_calendar_week_and_a_break_shows(session, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    d = digested(session)
    days = [datetime(2026, 3, day, 12, tzinfo=UTC).timestamp() for day in (1, 2, 8, 23)]
    sessions = []
    for day in days:
        d.began = day
        sessions.append(visit(d))
    minutes = d.ending.backward_s / 60.0
    assert minutes > 0.5
    assert weeks.dose(sessions) == {
        date(2026, 2, 23): minutes,  # 1 March was a Sunday
        date(2026, 3, 2): 2 * minutes,
        date(2026, 3, 9): 0.0,
        date(2026, 3, 16): 0.0,
        date(2026, 3, 23): minutes,
    }


def test_the_ladder_names_its_stages(tmp_path):
    for n, stage in enumerate((0.0, 1.0)):
        ended = Summary(
            t=1240.0, started_t=START, duration_s=240.0, strides=240, backward_s=60.0, cues=1,
            stumbles=n, details={"runner": "anna", "stage": stage},
        )  # fmt: skip
        write(tmp_path / f"{n}.mcap", [*events(), ended], began=1.8e9 + n * 864000)
    status, text = report(tmp_path, "anna", "--folder", tmp_path)
    assert status == 0
    text = Page(text).text
    for words in ("0 imprint", "1 walk", "minutes backward: bars by week", "Mondays"):
        assert words in text


def test_only_curves_with_a_known_value_are_drawn():
    common = {"runner": "anna", "length_s": 60.0, "backward_s": 30.0, "stumbles": 0, "stage": None}
    visits = [
        Visit(began=1.8e9, last={}, cue_rate=None, **common),
        Visit(began=1.8e9 + 60.0, last={"carried_percent": 40.0}, cue_rate=None, **common),
    ]
    (row,) = weeks.rows(visits, Words())
    assert str(row.values) == "(nan, 40.0)"
    assert weeks.height_in(visits, Words()) == 4.0 + 1.3
    assert weeks.monday(date(2026, 3, 1)) == date(2026, 2, 23)  # a Sunday
