"""Runner, purpose and unit: a profile is chosen for guided workouts only."""

from __future__ import annotations

from cued.coach.workout.profile import PROFILES
from tests.commands.setup.talking import Answering, Machine, talked


def test_for_guided_workouts_each_profile_is_described_and_one_chosen():
    person = Answering(**{"guided": "guided", "which profile": PROFILES[0], "name": "anna"})
    made = talked({}, person, Machine())
    assert (made["coach"]["program"], made["coach"]["profile"]) == (True, PROFILES[0])
    assert made["coach"]["runner"] == "anna"
    told = [line.strip().partition(":") for line in person.lines]
    about = {name: text for name, _, text in told if name in PROFILES}
    assert set(about) == set(PROFILES)
    assert all(text.strip() for text in about.values())


def test_for_a_free_run_no_profile_is_asked_and_the_configured_one_stays():
    raw = {"coach": {"profile": PROFILES[0], "program": True}}
    person = Answering(**{"guided": "free"})
    made = talked(raw, person, Machine())
    assert not any("profile" in question for question in person.asked)
    assert (made["coach"]["program"], made["coach"]["profile"]) == (False, PROFILES[0])
