"""The phase under a pause, and the way back to it."""

from __future__ import annotations

import pytest

from cued.coach.known import Known
from cued.coach.workout.interrupted import Interrupted
from cued.coach.workout.phase import Trigger
from cued.coach.workout.phases import PHASES


def interrupted(*overlays: tuple[str, Trigger]) -> Interrupted:
    """Return a carry interrupted by these overlays, one after another."""
    known = Known(now=100.0, phase="carry", spec=PHASES["carry"], elapsed_s=50.0)
    under = Interrupted(known)
    for name, trigger in overlays:
        left, was = known.phase, known.spec
        known.phase, known.spec, known.since = name, PHASES[name], known.now
        under.enter(left, was, trigger)
        known.elapsed_s = 0.0
    return under


def test_a_fall_in_a_pause_leads_back_to_what_was_paused() -> None:
    under = interrupted(("paused", "pause"), ("fallen", "fell"))
    assert (under.before, under.beneath) == ("carry", "carry")
    assert interrupted().beneath == "carry"


@pytest.mark.parametrize(
    ("lasts_s", "at_s"), [(None, 50.0), (120.0, 50.0), (60.0, 30.0), (9.0, 0.0)]
)
def test_a_resumed_phase_has_half_a_minute_left(lasts_s: float | None, at_s: float) -> None:
    assert interrupted(("paused", "pause")).resumed_at_s(lasts_s) == at_s


def test_steps_do_not_end_a_requested_pause() -> None:
    known = Known(now=200.0, since=100.0, stride_at=199.0, spec=PHASES["carry"], phase="carry")
    for by, ends in (("pause", None), ("away", None), ("step_off", "back_on")):
        under = Interrupted(known)
        known.spec = PHASES["paused"]
        under.enter("carry", PHASES["carry"], by)  # type: ignore[arg-type]
        assert under.needs_press == (by != "step_off")
        assert under.recovered(blind=False) == ends
    assert interrupted(("blind", "lost")).recovered(blind=True) is None
    assert interrupted(("blind", "lost")).recovered(blind=False) == "seen"
