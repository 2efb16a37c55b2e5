"""Which targets are met."""

from __future__ import annotations

import pytest

from cued.evaluation.figures import Scores, alarm_row, figures, row
from cued.evaluation.tables import markdown, tables
from cued.evaluation.tally import Alarms, Contacts, Group, Hits, Tally
from cued.evaluation.targets import verdicts
from cued.model import AnyEvent
from tests.evaluation.walked import both, evaluate, perfect


def test_targets_are_met_by_perfect_events_and_not_by_silence():
    def judged(events: list[AnyEvent]) -> tuple[Scores, list[bool]]:
        scores = figures(evaluate(both(), lambda _r, _s: events))
        return scores, [v.met for v in verdicts(scores)]

    _, met = judged(perfect())
    assert met
    assert all(met)
    scores, met = judged([])
    assert not any(met)
    text = "".join(markdown(t) for t in tables(scores, verdicts(scores)))
    assert "not met" in text
    assert "voisard" in text


RUNNING = Group("alcantara", "trunk", "running", "forward")


@pytest.mark.parametrize(("found", "called_backward"), [(970, 0), (969, 0), (970, 1)])
def test_a_target_is_met_at_its_bound_and_not_beyond(found: int, called_backward: int):
    """F1 of 970 found, 30 missed and 30 false is 0.97, the least allowed."""
    tally = Tally(contacts=Contacts(tight=Hits(found, 1000 - found, 30)))
    tally.direction.backward = called_backward
    judged = verdicts(Scores((row(RUNNING, tally),), ()))
    assert [(v.data, v.target) for v in judged] == [("alcantara", "≥ 0.97"), ("alcantara", "≤ 0")]
    assert [v.met for v in judged] == [found == 970, called_backward == 0]


def test_what_could_not_be_measured_is_not_met_and_what_was_not_recorded_is_left_out():
    assert [(v.value, v.met) for v in verdicts(Scores((row(RUNNING, Tally()),), ()))] == [
        (None, False),
        (0, True),
    ]
    elsewhere = Group("made", "trunk", "running", "forward")
    assert verdicts(Scores((row(elsewhere, Tally()),), ())) == ()


def test_falls_and_stumbles_have_targets_for_the_trunk_and_quiet_files_allow_hardly_any_alarm():
    falls = Alarms(files=100, confirmed=98, caught=98, warned=89, leads_s=[0.25])
    walks = Alarms(files=20, stumbles=1, possible=1, confirmed=1)
    rows = [("fall", falls), ("walk", walks), ("stumble", Alarms(files=20, flagged=17))]
    judged = verdicts(
        Scores((), tuple(alarm_row("sisfall", name, "trunk", alarms) for name, alarms in rows))
    )
    assert {v.what: (v.value, v.met) for v in judged} == {
        "falls confirmed, %": (98.0, True),
        "falls possible before the peak, %": (89.0, False),
        "falls, median lead, ms": (250.0, True),
        "falls confirmed in all other files": (1, True),
        "falls possible in walk and jog files": (1, False),
        "stumbles flagged, %": (85.0, True),
        "stumbles or falls in walk files": (2, False),
    }
    assert verdicts(Scores((), (alarm_row("sisfall", "fall", "foot", falls),))) == ()
