"""The offer to try shorter, quicker steps."""

from __future__ import annotations

from typing import Any

from tests.coach.rules.asked import judged, proposed, step


def running(now: float = 200.0, **changes: Any):
    terms: dict[str, Any] = {"judged": judged(), "mode": "running", "since": 10.0}
    return proposed("shorter_offer", [step(now, **terms | changes)])


def test_five_percent_quicker_steps_are_offered_after_two_minutes_at_one_speed():
    ((_, said),) = running()
    assert (said.key, said.because["spm"]) == ("try_shorter", 105.0)
    assert said.refractory_s == 3600.0
    assert running(now=129.0) == []
    assert running(belt_changed=100.0) == []


def test_only_free_even_running_forward_is_asked():
    refused: list[dict[str, Any]] = [
        {"mode": "walking"},
        {"direction": "backward"},
        {"program": True},
        {"judged": None},
        {"judged": judged(even=False)},
        {"judged": judged(since=150.0)},
    ]
    for changes in refused:
        assert running(**changes) == [], changes
