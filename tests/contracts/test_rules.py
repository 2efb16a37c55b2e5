"""What every cue rule promises. A new file in cued/coach/rules is found and tested by itself."""

from __future__ import annotations

import copy
from typing import get_args

import msgspec
import pytest

from cued.coach.known import View
from cued.coach.rule import Need, Place, Proposal, Rule, Situation, offered, unmet
from cued.coach.voice.phrases import load as load_words
from cued.model import (
    AnyEvent,
    BeltState,
    Footfall,
    Gait,
    Input,
    Measurement,
    Stability,
    Stride,
    Tick,
)
from cued.parts import about, load, names

RULES = names("rules")
ALL_NEEDS: frozenset[Need] = frozenset(get_args(Need))
MEASURED = {"trunk_lean_deg": 2.0, "asymmetry_percent": 3.0, "bounce_cm": 4.0, "belt_place_m": 0.0}


def build(name: str) -> Rule:
    part = load("rules", name)
    return part.build(part.config())


def walk(strides: int, slow: float = 1.0, odd: float = 0.0) -> list[Input | AnyEvent]:
    """A walk that is steady at first, then has longer strides and odd measurements."""
    items: list[Input | AnyEvent] = [
        BeltState(t=0.0, speed_m_s=0.6, source="console"),
        Gait(t=0.0, mode="walking", direction="backward"),
    ]
    t = 0.0
    for i in range(strides):
        late = i > strides // 2
        duration = 1.1 * (1.0 + 0.01 * (i % 5 - 2)) * (slow if late else 1.0)
        t += duration
        items.append(Footfall(t=t, side="left", sensor="foot"))
        for name, usual in MEASURED.items():
            value = usual + 0.1 * (i % 3) + (odd if late else 0.0)
            items.append(Measurement(t=t, name=name, value=value, unit="", strides=5))
        items.append(
            Stride(
                t=t,
                side="left",
                duration_s=duration,
                length_m=0.66,
                speed_m_s=0.6,
                mode="walking",
                direction="backward",
            )
        )
        if i == strides - 5 and odd:
            items.append(Stability(t=t, level="unsteady", score=4.0))
        items.append(Tick(t=t))
    return items


def ask(rule: Rule, items: list[Input | AnyEvent], place: Place | None = None) -> list[Proposal]:
    """Show a rule every item, as the coach does."""
    view = View()
    found: list[Proposal] = []
    for item in items:
        view.see(item, item.t)
        situation = view.situation(item, place or Place(phase="free_run"), item.t)
        before = msgspec.json.encode(item)
        proposal = rule.consider(situation)
        assert msgspec.json.encode(item) == before, "a rule changed what it was shown"
        if proposal:
            found.append(proposal)
        if isinstance(item, Stride):
            view.learn(item)
    return found


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_documented_and_its_defaults_are_within_its_own_bounds(name: str) -> None:
    config = load("rules", name).config
    assert about("rules", name).endswith((".", ":")), "the first docstring line says what it is"
    assert msgspec.convert(msgspec.to_builtins(config()), config) == config()
    for field in msgspec.inspect.type_info(config).fields:  # type: ignore[union-attr]
        extra = getattr(field.type, "extra_json_schema", None) or {}
        assert extra.get("description", "").endswith("."), f"{name}.{field.name} says nothing"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_it_needs_and_what_is_missing(name: str) -> None:
    needs = build(name).needs
    assert needs
    assert needs <= ALL_NEEDS
    assert unmet(needs, ALL_NEEDS) == ""
    assert unmet(needs, frozenset()).startswith("needs ")


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_silent_in_an_empty_session(name: str) -> None:
    ticks: list[Input | AnyEvent] = [Tick(t=0.5 * i) for i in range(200)]
    assert ask(build(name), ticks) == []


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_silent_in_a_steady_walk(name: str) -> None:
    assert ask(build(name), walk(400)) == []


@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_proposes_can_be_said_and_rests_on_numbers(name: str) -> None:
    found = ask(build(name), walk(400, slow=1.2, odd=20.0))
    words = load_words("en")
    for proposal in found:
        assert proposal.key in words.keys()  # noqa: SIM118
        assert proposal.because
        assert proposal.since <= 1000.0
        assert proposal.valid_s > 0.0


@pytest.mark.parametrize("name", RULES)
def test_a_copied_rule_goes_on_identically(name: str) -> None:
    rule, items = build(name), walk(300, slow=1.2, odd=20.0)
    view, other = View(), None
    for i, item in enumerate(items):
        view.see(item, item.t)
        situation = view.situation(item, Place(phase="free_run"), item.t)
        if i == len(items) // 2:
            other = copy.deepcopy(rule)
        said = rule.consider(situation)
        assert other is None or other.consider(situation) == said
        if isinstance(item, Stride):
            view.learn(item)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_without_baseline_direction_or_belt_gives_no_technique_cue(name: str) -> None:
    blind = [i for i in walk(400, slow=1.3, odd=20.0) if not isinstance(i, BeltState | Stability)]
    proposed = ask(build(name), blind)
    assert all(p.key in ("drifting_back", "drifting_forward") for p in proposed)


def test_the_steady_walk_of_these_tests_would_be_noticed_if_it_were_not_steady() -> None:
    spoken = {name: len(ask(build(name), walk(400, slow=1.2, odd=20.0))) for name in RULES}
    loud = {name for name, count in spoken.items() if count}
    assert {"overlong_stride", "unsteady", "trunk_lean", "asymmetry", "hard_landing"} <= loud
    assert {"cadence_drift", "drifting_back", "metronome"} <= loud


def test_what_is_worn_meets_needs() -> None:
    assert offered(["foot_left"], belt=False, program=False) == {"stride"}
    both = offered(["foot_left", "foot_right", "lower_back"], belt=True, program=True)
    assert both == {"stride", "feet", "trunk", "belt", "program"}
    assert offered([], belt=True, program=False) == {"belt"}


def test_the_situation_is_frozen() -> None:
    situation = View().situation(Tick(t=0.0), Place(), 0.0)
    with pytest.raises(AttributeError):
        situation.now = 1.0  # type: ignore[misc]
    assert isinstance(situation, Situation)
