"""What a rule needs, what sensors offer, and how a cue of safety feels."""

from __future__ import annotations

from cued.coach.rule import offered, safety_cue, unmet
from cued.model import Priority


def test_a_trunk_sensor_also_shows_when_the_belts_speed_changes() -> None:
    assert offered(["lower_back"], belt=False, program=False) == {"stride", "trunk", "pace"}
    assert offered(["foot_left"], belt=False, program=False) == {"stride"}
    assert offered([], belt=True, program=True) == {"belt", "pace", "program"}


def test_both_feet_are_two_feet_or_two_shanks() -> None:
    for pair in (["foot_left", "foot_right"], ["shank_left", "shank_right"]):
        assert "feet" in offered(pair, belt=False, program=False)  # type: ignore[arg-type]
    assert "feet" not in offered(["foot_left", "shank_right"], belt=False, program=False)


def test_what_is_missing_is_named_in_words() -> None:
    assert unmet(frozenset(("stride",)), frozenset(("stride", "trunk"))) == ""
    assert unmet(frozenset(("feet", "program")), frozenset(("stride",))) == (
        "needs a sensor on each foot or shank and a guided workout ([coach] program = true, "
        "or a press that begins one)"
    )


def test_a_safety_cue_without_a_tone_is_not_felt_and_an_alarm_is() -> None:
    felt = {
        tone: safety_cue("k", Priority.LIMIT, 1.0, tone).pattern
        for tone in ("", "alarm", "stumble", "muted")
    }
    assert felt == {"": "none", "alarm": "alarm", "stumble": "unsteady", "muted": "notice"}
